# %% [markdown]
# # A database file

# %%
import sqlite3

import pandas as pd

# %%
# %%step fill
con = sqlite3.connect("shop.db")
con.execute("drop table if exists orders")
con.execute("create table orders (item text, n int)")
con.executemany("insert into orders values (?, ?)", [("pen", 2), ("ink", 5)])
con.commit()
con.close()
del con
print("filled")

# %%
# %%step query
with sqlite3.connect("shop.db") as _con:
    orders = pd.read_sql("select * from orders order by n", _con)
_con.close()
print(orders.to_dict("list"))

# %%
# %%step sell
_con = sqlite3.connect("shop.db")
_con.execute("update orders set n = n - 1")
_con.commit()
_con.close()
print("sold")

# %%
# %%step rest
_con = sqlite3.connect("shop.db")
print(_con.execute("select sum(n) from orders").fetchone()[0])
_con.close()
