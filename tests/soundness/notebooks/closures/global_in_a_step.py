# %%
# %%step state
# refused: script: step 'state' defines a function that assigns 'counter' with a global statement
counter = 0
mode = "train"
def tick():
    global counter
    counter += 1
    return counter
def set_mode(m):
    global mode
    mode = m
# %%
# %%step a
x = tick()
set_mode("eval")
# %%
# %%step b
print(x, tick(), counter, mode)
# %%
# %%step c
print(counter, mode, tick())
