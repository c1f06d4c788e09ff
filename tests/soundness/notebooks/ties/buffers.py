# %% [markdown]
# # Arrays in the memory of a bytearray

# %%
import array
import numpy as np

# %%
# %%step make
raw = bytearray(b"abcdef")
window = memoryview(raw)
arr = np.frombuffer(raw, dtype=np.uint8)
nums = array.array("d", [1, 2, 3])
seen = np.frombuffer(nums)
part = seen[1:]
print(bytes(raw), seen)

# %%
# %%step change
raw[0] = 90
nums[0] = 50
nums[2] = 70
print(bytes(window), arr[0], seen, part)

# %%
# %%step through
arr[1] = 91
window[2] = 92
part[0] = 1000
print(bytes(raw), nums)

# %%
# %%step show
print(bytes(raw), bytes(window), arr, nums, seen, part)
