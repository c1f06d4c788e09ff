# %% [markdown]
# # A step imports `current` for those below, and clears what it has shown

# %%
# %%step first
from nbflow import current
from nbflow.cards import Markdown

current.card.append(Markdown("first"))
numbers = [1, 2]

# %%
# %%step second
current.card["more"].extend([Markdown(str(one)) for one in numbers])
current.card["more"].clear()
print(sum(numbers))
