# %% [markdown]
# # A function that counts its calls in an attribute
# refused: script: step 'one' changes 'predict', which cell 2 defines

# %%
def predict(x):
    predict.calls += 1
    return 2 * x


predict.calls = 0

# %%
# %%step one
y = predict(1)
print(y, predict.calls)

# %%
# %%step two
z = [predict(v) for v in (2, 3)]
print(z, predict.calls)

# %%
# %%step three
print("calls:", predict.calls)
