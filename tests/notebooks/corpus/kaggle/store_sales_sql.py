# %% [markdown]
# # SQL practice: cohort & window functions with sqlite

# %%
import sqlite3
import pandas as pd, numpy as np
from datetime import date, timedelta

DB = "shop.sqlite"
conn = sqlite3.connect(DB)

# %%
rng = np.random.default_rng(6)
orders = pd.DataFrame({
    "order_id": range(60),
    "customer": rng.integers(1, 11, 60),
    "day": [(date(2023, 1, 1) + timedelta(days=int(d))).isoformat() for d in np.sort(rng.integers(0, 120, 60))],
    "amount": rng.gamma(2, 20, 60).round(2),
})
orders.to_sql("orders", conn, index=False, if_exists="replace")

# %%
def q(sql, **params):
    return pd.read_sql_query(sql, conn, params=params)

q("select count(*) as n, round(sum(amount), 2) as total from orders")

# %%
q("""
select strftime('%m', day) as month, count(distinct customer) as customers, round(sum(amount), 2) as revenue
from orders group by month order by month
""")

# %%
first = q("select customer, min(day) as first_day from orders group by customer")
first.to_sql("firsts", conn, index=False, if_exists="replace")
cohorts = q("""
with o as (select o.customer, substr(first_day, 1, 7) as cohort,
                  (strftime('%m', day) - strftime('%m', first_day)) as age
           from orders o join firsts f using (customer))
select cohort, age, count(distinct customer) as n from o group by cohort, age
""")
cohorts.pivot(index="cohort", columns="age", values="n").fillna(0).astype(int)

# %%
ranked = q("""
select customer, amount, rank() over (partition by customer order by amount desc) as r
from orders
""")
best = ranked[ranked.r == 1].set_index("customer").amount
print(best.nlargest(3).to_dict())

# %%
conn.execute("update orders set amount = amount * 1.1 where customer = ?", (int(best.idxmax()),))
conn.commit()
q("select round(sum(amount), 2) as total from orders")

# %%
big = q("select * from orders where amount > :limit", limit=100)
len(big), big.customer.nunique()

# %%
conn.close()
with sqlite3.connect(DB) as c:
    tables = [r[0] for r in c.execute("select name from sqlite_master where type='table' order by 1")]
print(tables)
