# %% [markdown]
# # What an `except … as` leaves behind
# refused: script: reads globals(), which in a method contains other names

# %%
# %%step parse
rows, bad = [], []
for cell in ["1", "x", "3"]:
    try:
        rows.append(int(cell))
    except ValueError as problem:
        message = str(problem)
        bad.append(cell)
print(rows, bad)

# %%
# %%step report
print(message)
print("problem" in globals(), cell)
