# %% [markdown]
# # sqlite3 — how-to
# In this tutorial, you will create a database of films.

# %%
import sqlite3
con = sqlite3.connect("tutorial.db")

# %%
cur = con.cursor()

# %%
cur.execute("DROP TABLE IF EXISTS movie")
cur.execute("CREATE TABLE movie(title, year, score)")

# %%
res = cur.execute("SELECT name FROM sqlite_master")
res.fetchone()

# %%
cur.execute("""
    INSERT INTO movie VALUES
        ('The Quiet Harbour', 1975, 8.2),
        ('Nine Lanterns', 1971, 7.5)
""")
con.commit()

# %%
data = [
    ("A Fool in Winter", 1982, 7.9),
    ("The Long Shelf", 1979, 7.5),
    ("Brine", 1983, 8.0),
]
cur.executemany("INSERT INTO movie VALUES(?, ?, ?)", data)
con.commit()  # Remember to commit the transaction after executing INSERT.

# %%
for row in cur.execute("SELECT year, title FROM movie ORDER BY year"):
    print(row)

# %%
con.close()
new_con = sqlite3.connect("tutorial.db")
new_cur = new_con.cursor()
res = new_cur.execute("SELECT title, year FROM movie ORDER BY score DESC")
title, year = res.fetchone()
print(f'The highest scoring movie is {title!r}, released in {year}')
new_con.close()

# %% [markdown]
# ## Row factories and an in-memory database

# %%
con = sqlite3.connect(":memory:")
con.row_factory = sqlite3.Row
con.execute("create table lang(name, first_appeared)")
con.executemany("insert into lang values(:name, :year)", [{"name": "C", "year": 1972}, {"name": "Fortran", "year": 1957}])
row = con.execute("select * from lang order by first_appeared").fetchone()
row.keys(), row["name"]

# %%
class Average:
    def __init__(self):
        self.total, self.n = 0, 0
    def step(self, value):
        self.total += value
        self.n += 1
    def finalize(self):
        return self.total / self.n

con.create_aggregate("average", 1, Average)
average_year = con.execute("select average(first_appeared) from lang").fetchone()[0]
print(average_year)

# %%
import pandas as pd
frame = pd.read_sql_query("select * from lang", con)
frame

# %%
con.close()
print(len(frame), average_year)
