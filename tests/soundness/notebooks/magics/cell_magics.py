# refused: script: uses IPython, which a script does not have
# %%
start = 3

# %% language="bash"
# echo in an ordinary cell

# %%
# %%step write
# %%writefile tripled.py
def triple(x):
    return 3 * x

# %%
# %%step use
from tripled import triple
six = triple(start - 1)
print(six)

# %%
# %%step timed
# %%time
nine = triple(start)
print(nine, six)

# %%
# %%step nested
# %%time
# %%capture out
twelve = triple(start + 1)
print("not shown")

# %%
# %%step last
# %cd -q .
# %env NBFLOW_WORD=a{six}
import os
print(repr(out.stdout), twelve, os.environ["NBFLOW_WORD"])
