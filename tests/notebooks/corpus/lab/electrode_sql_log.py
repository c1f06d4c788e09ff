# %% [markdown]
# # Electrode log in SQLite

# %%
import sqlite3, random, statistics
db = sqlite3.connect(":memory:")
db.executescript("""
create table electrode(id integer primary key, label text, site text);
create table reading(electrode integer, t real, uv real, foreign key(electrode) references electrode(id));
""")
random.seed(4)

# %%
for i, (label, site) in enumerate([("E1", "left"), ("E2", "left"), ("E3", "right")], 1):
    db.execute("insert into electrode values (?, ?, ?)", (i, label, site))
    for k in range(20):
        db.execute("insert into reading values (?, ?, ?)", (i, k / 10, round(random.gauss(i, 1), 3)))
db.commit()
db.total_changes

# %%
q = "select site, count(*), round(avg(uv), 4) from reading join electrode on id = electrode group by site order by site"
for row in db.execute(q):
    print(row)

# %%
rows = db.execute("select label, uv from reading, electrode where id = electrode").fetchall()
by = {}
for label, uv in rows:
    by.setdefault(label, []).append(uv)
{k: round(statistics.stdev(v), 4) for k, v in by.items()}

# %%
db.execute("delete from reading where abs(uv) > 3.5")
db.commit()
n_left = db.execute("select count(*) from reading").fetchone()[0]
print(n_left, "left")

# %%
class Stdev:
    def __init__(self): self.v = []
    def step(self, x): self.v.append(x)
    def finalize(self): return statistics.stdev(self.v) if len(self.v) > 1 else None

db.create_aggregate("stdev", 1, Stdev)
db.execute("select round(stdev(uv), 4) from reading").fetchone()

# %%
import pandas as pd
df = pd.read_sql("select * from reading", db)
wide = df.pivot(index="t", columns="electrode", values="uv")
wide.tail(2)

# %%
wide.corr().round(3)

# %%
back = sqlite3.connect("electrodes.db")
db.backup(back)
back.close()
print(sqlite3.connect("electrodes.db").execute("select count(*) from electrode").fetchone())

# %%
db.close()
