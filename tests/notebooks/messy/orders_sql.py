# %% [markdown]
# # Orders
# sql practice with my shop data

# %%
import sqlite3
import pandas as pd
import numpy as np
import matplotlib.pyplot as plt
# %matplotlib inline

# %%
conn = sqlite3.connect(':memory:')
cur = conn.cursor()

# %%
cur.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT)")
cur.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, day TEXT, amount REAL)")
conn.commit()

# %%
names = ['Ann', 'Bob', 'Cem', 'Dora', 'Eve', 'Finn']
cities = ['Bern', 'Basel']
for i, nm in enumerate(names, 1):
    cur.execute("INSERT INTO customers VALUES (?, ?, ?)", (i, nm, cities[i % 2]))

# %%
rs = np.random.RandomState(5)
rows = [(k, int(rs.randint(1, 6)), f'2024-0{rs.randint(1, 7)}-{rs.randint(1, 28):02d}', round(float(rs.gamma(2, 30)), 2))
        for k in range(1, 201)]
cur.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
conn.commit()
rows[:2]

# %%
def q(sql, **kw):
    return pd.read_sql_query(sql, conn, **kw)

# %%
q("SELECT count(*) AS n, sum(amount) AS total FROM orders")

# %%
df = q("SELECT o.*, c.name, c.city FROM orders o JOIN customers c ON c.id = o.customer", parse_dates=['day'])
df.head()

# %%
df.dtypes

# %%
# who did not order?
missing = q("SELECT name FROM customers WHERE id NOT IN (SELECT customer FROM orders)")
missing

# %%
monthly = q("SELECT substr(day, 1, 7) AS month, sum(amount) AS amount FROM orders GROUP BY month ORDER BY month")
monthly.plot(x='month', y='amount', kind='bar')
plt.show()

# %%
# same in pandas to check
tmp = df.set_index('day').amount.resample('MS').sum()
np.allclose(tmp.values, monthly.amount.values)

# %%
cur.execute("UPDATE orders SET amount = amount * 1.1 WHERE customer = 2")
changed = cur.rowcount
conn.commit()
print(changed, 'rows changed')

# %%
df2 = q("SELECT customer, sum(amount) s, max(amount) m FROM orders GROUP BY customer")
df2 = df2.merge(df[['customer', 'name']].drop_duplicates(), on='customer')
df2

# %%
top = df2.sort_values('s', ascending=False).iloc[0]['name']
top

# %%
win = q("""
SELECT customer, day, amount,
       sum(amount) OVER (PARTITION BY customer ORDER BY day, id) AS running
FROM orders
""")
win.groupby('customer').running.last()

# %%
# %%time
cur.execute("CREATE INDEX by_day ON orders (day)")
plan = cur.execute("EXPLAIN QUERY PLAN SELECT * FROM orders WHERE day > '2024-03'").fetchall()
plan[0][-1]

# %%
res = {}
for (city,) in cur.execute("SELECT DISTINCT city FROM customers ORDER BY city").fetchall():
    res[city] = conn.execute(
        "SELECT round(avg(amount), 2) FROM orders JOIN customers c ON c.id = customer WHERE city = ?", (city,)
    ).fetchone()[0]
res

# %%
pd.Series(res).plot.pie(autopct='%.0f%%')

# %%
cur.execute("DELETE FROM orders WHERE amount < 10")
left = q("SELECT count(*) AS n FROM orders").n[0]
print('left', left)

# %%
conn.close()

# %%
# leftovers
share = df2.assign(share=lambda d: d.s / d.s.sum())[['name', 'share']].round(3)
share
