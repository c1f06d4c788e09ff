# %% [markdown]
# # A loop that leaves its last value behind

# %%
# %%step best
best, model = 0, None
for model in ["tree", "forest", "boost"]:
    score = len(model)
    if score > best:
        best, winner = score, model
print(winner)

# %%
# %%step last
print("the last one tried was", model, "with", score)

# %%
# %%step again
for i, model in enumerate(["svm", "knn"]):
    pass
print(i)

# %%
# %%step show
print(model, winner, i)
