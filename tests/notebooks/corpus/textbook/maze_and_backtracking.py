# %% [markdown]
# ## Mazes

# %%
MAZE = """
#########
#S..#...#
#.#.#.#.#
#.#...#E#
#########
""".strip().split("\n")
import copy
from collections import deque

# %%
def find(ch):
    return next((r, c) for r, row in enumerate(MAZE) for c, x in enumerate(row) if x == ch)
start, end = find("S"), find("E")
start, end

# %%
def neighbours(p):
    r, c = p
    for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        if MAZE[r + dr][c + dc] != "#":
            yield r + dr, c + dc

def solve(start, end):
    prev, todo = {start: None}, deque([start])
    while todo:
        p = todo.popleft()
        if p == end:
            break
        for q in neighbours(p):
            if q not in prev:
                prev[q] = p
                todo.append(q)
    path = []
    while p:
        path.append(p)
        p = prev[p]
    return path[::-1]

path = solve(start, end)
len(path)

# %%
grid = [list(row) for row in MAZE]
for r, c in path[1:-1]:
    grid[r][c] = "*"
print("\n".join(map("".join, grid)))

# %%
# a wall is built on the way
shallow = list(grid)
deep = copy.deepcopy(grid)
grid[1][2] = "#"
print(shallow[1][2], deep[1][2])

# %%
MAZE = ["".join(row).replace("*", ".") for row in grid]
path2 = solve(start, end)
len(path2), path2 == path

# %% [markdown]
# ## Sudoku, 4 x 4

# %%
board = [[1, 0, 0, 0], [0, 0, 3, 0], [0, 2, 0, 0], [0, 0, 0, 4]]
def ok(b, r, c, v):
    box = {b[i][j] for i in range(r // 2 * 2, r // 2 * 2 + 2) for j in range(c // 2 * 2, c // 2 * 2 + 2)}
    return v not in b[r] and v not in (row[c] for row in b) and v not in box

tries = 0
def sudoku(b):
    global tries
    for r in range(4):
        for c in range(4):
            if b[r][c] == 0:
                for v in range(1, 5):
                    tries += 1
                    if ok(b, r, c, v):
                        b[r][c] = v
                        if sudoku(b):
                            return True
                        b[r][c] = 0
                return False
    return True

# %%
solved = sudoku(board)
solved, tries

# %%
for row in board:
    print(*row)
assert all(sum(r) == 10 for r in board)
