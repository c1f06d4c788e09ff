# %% [markdown]
# # The classic: a matrix of the same row

# %%
# %%step matrix
row = [0, 0, 0]
grid = [row] * 3
print(grid)

# %%
# %%step mark
grid[0][1] = 7
print(grid)

# %%
# %%step through_the_row
row[2] = 9
print(grid[1], grid[2])

# %%
# %%step clean
grid = [list(r) for r in grid]
row[0] = -1
print(grid, row)

# %%
# %%step last
print(grid[0] is row, grid[0], row)
