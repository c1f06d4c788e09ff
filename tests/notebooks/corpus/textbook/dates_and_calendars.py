# %% [markdown]
# # Chapter 4: dates, times, decimals, fractions

# %%
from datetime import date, datetime, timedelta
import calendar
from decimal import Decimal, getcontext
from fractions import Fraction
today = date(2024, 2, 28)
getcontext().prec = 12

# %%
tomorrow = today + timedelta(days=1)
tomorrow, tomorrow.strftime("%A, %d %B %Y")

# %%
birthday = date(1990, 7, 15)
def age(born, on=today):
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
age(birthday)

# %%
today = today.replace(month=8)
age(birthday), age(birthday, today)

# %%
print(calendar.month(2024, 2))

# %%
fridays = [d for m in range(1, 13) if (d := date(2024, m, 13)).weekday() == 4]
fridays

# %%
balance = Decimal("1000.00")
for year in range(5):
    balance = (balance * Decimal("1.035")).quantize(Decimal(".01"))
    print(2020 + year, balance)

# %%
0.1 + 0.2 == 0.3, Decimal("0.1") + Decimal("0.2") == Decimal("0.3"), Fraction(1, 10) + Fraction(2, 10)

# %%
h = Fraction(0)
for k in range(1, 11):
    h += Fraction(1, k)
h, k

# %%
log = """2024-02-28T10:00 start
2024-02-28T10:45 coffee
2024-02-28T11:05 work
2024-02-28T12:30 lunch"""
events = [(datetime.fromisoformat(a), b) for a, b in (l.split(maxsplit=1) for l in log.splitlines())]
spans = {what: (t2 - t1).seconds // 60 for (t1, what), (t2, _) in zip(events, events[1:])}
spans

# %%
total = sum((t2 - t1 for (t1, _), (t2, _) in zip(events, events[1:])), timedelta())
print(total, divmod(total.seconds, 3600)[0])

# %%
Decimal(1) / Decimal(7), round(balance, 1)
