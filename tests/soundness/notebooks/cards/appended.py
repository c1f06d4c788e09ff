# %% [markdown]
# # Steps append to their cards, from the body and from a function, and hand on what they have appended

# %%
from nbflow import current
from nbflow.cards import Markdown, ProgressBar, Table


def note(text):
    current.card["log"].append(Markdown(text))


# %%
# %%step load
rows = list(range(5))
current.card.append(Table([[row] for row in rows], headers=["row"]))
current.card.append(rows)

# %%
# %%step count
bar = ProgressBar(max=len(rows), label="rows")
current.card.append(bar, id="bar")
total = 0
for row in rows:
    total += row
    bar.update(row + 1)
    current.card.refresh()
note(f"total {total}")
reached = current.card.components["bar"].value

# %%
# %%step tell
rows.append(total)
note(str(rows))
print(rows, reached, bar.value)
