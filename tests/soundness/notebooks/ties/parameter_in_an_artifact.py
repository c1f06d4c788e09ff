# %% [markdown]
# # A parameter that an artifact holds

# refused: run: step 'change' changes parameter 'sizes' in place, through 'model'
# refused: kernel: step 'change' changes parameter 'sizes' in place, through 'model'
# refused: restart: step 'change' changes parameter 'sizes' in place, through 'model'
# refused: script: step 'change' may change what an ordinary cell calls 'sizes'

# %%
# %%parameters
sizes: list = [1, 2]

# %%
# %%step make
model = {"sizes": sizes}
print(model)

# %%
# %%step change
model["sizes"].append(3)
print(model)

# %%
# %%step show
print(sizes, model)
