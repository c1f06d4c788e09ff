# %% [markdown]
# # Files, archives and databases that are opened again, and a type of one's own

# %%
import nbflow
import sqlite3
import numpy as np


class Wire:
    def __init__(self, n):
        self.n = n

    def __reduce__(self):
        raise TypeError("no")


nbflow.register_reducer(Wire, lambda wire: (Wire, (wire.n,)))

# %%
# %%step make
con = sqlite3.connect(":memory:")
cur = con.cursor()
cur.execute("CREATE TABLE t (x)")
cur.execute("INSERT INTO t VALUES (1)")
con.commit()
np.savez("a.npz", x=np.arange(3))
npz = np.load("a.npz")
with open("t.txt", "w") as out:
    print("a", "b", "c", sep="\n", file=out)
f = open("t.txt")
print(f.readline())
wire = Wire(4)

# %%
# %%step two
cur.execute("INSERT INTO t VALUES (2)")
con.commit()
print(npz["x"], f.readline(), wire.n)

# %%
# %%step three
print(con.execute("SELECT * FROM t").fetchall(), f.read())
