# %% [markdown]
# # Definitions that need artifacts
# refused: script: which in a script exists only in steps

# %%
# %%step settings
Num = int
LIMITS = {"low": 1}
Base = dict


def timed(function):
    def inner(*args):
        return "timed", function(*args)

    return inner


# %%
def convert(text: Num = "3", limits=LIMITS) -> Num:
    return Num(text) + limits["low"]


class Table(Base):
    def width(self) -> Num:
        return len(self)


@timed
def double(x):
    return 2 * x


# %%
# %%step use
table = Table(a=1, b=2)
print(convert("4"), table.width(), double(4), convert.__annotations__["text"] is int)
# prints: 5 2 ('timed', 8) True

# %%
# %%step change
LIMITS["low"] = 10
print(convert())
# prints: 13

# %%
# %%step again
print(convert(), table, isinstance(table, dict), type(table).__name__)
# prints: 13 {'a': 1, 'b': 2} True Table
