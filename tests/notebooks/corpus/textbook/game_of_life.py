# %% [markdown]
# # Cellular automata: the Game of Life

# %%
import numpy as np
from scipy.signal import correlate2d
import matplotlib.pyplot as plt

# %%
class Life:
    kernel = np.array([[1, 1, 1],
                       [1, 10, 1],
                       [1, 1, 1]])
    table = np.zeros(20, dtype=np.uint8)
    table[[3, 12, 13]] = 1

    def __init__(self, n, m=None):
        m = n if m is None else m
        self.array = np.zeros((n, m), np.uint8)

    def add_cells(self, row, col, *strings):
        for i, s in enumerate(strings):
            self.array[row+i, col:col+len(s)] = np.array([int(b) for b in s])

    def step(self):
        c = correlate2d(self.array, self.kernel, mode="same")
        self.array = self.table[c]

    def __str__(self):
        return "\n".join("".join(".#"[v] for v in row) for row in self.array)

# %%
glider = Life(8)
glider.add_cells(1, 1, "010", "001", "111")
print(glider)

# %%
for i in range(4):
    glider.step()
print(glider)

# %%
glider.array.sum()

# %%
def make_life(strings, margin=4, cls=Life):
    n, m = len(strings) + 2*margin, len(strings[0]) + 2*margin
    life = cls(n, m)
    life.add_cells(margin, margin, *strings)
    return life

pentomino = make_life(["011", "110", "010"], margin=10)

# %%
sizes = []
for _ in range(30):
    pentomino.step()
    sizes.append(int(pentomino.array.sum()))
plt.plot(sizes)
plt.ylabel("alive")
plt.show()
print(sizes[-5:])

# %% [markdown]
# ## HighLife: a subclass with another table

# %%
class HighLife(Life):
    table = np.zeros(20, dtype=np.uint8)
    table[[3, 6, 12, 13]] = 1

h = make_life(["011", "110", "010"], margin=10, cls=HighLife)
for _ in range(30):
    h.step()
print(h.array.sum(), Life.table.sum(), HighLife.table.sum())

# %%
frozen = pentomino.array
pentomino.step()
(frozen != pentomino.array).sum()
