# %% [markdown]
# # Index, attrs and a column of lists

# %%
import pandas as pd

# %%
# %%step build
df = pd.DataFrame({"id": [3, 1, 2], "tags": [["a"], [], ["b", "c"]]})
by_id = df
df.attrs["source"] = "crm"
print(df.attrs)

# %%
# %%step order
by_id.sort_values("id", inplace=True)
by_id.set_index("id", inplace=True)
print(df.index.tolist())

# %%
# %%step tag
df.loc[1, "tags"].append("new")
print(by_id["tags"].tolist())

# %%
# %%step note
by_id.attrs["rows"] = len(by_id)
print(df.attrs)
