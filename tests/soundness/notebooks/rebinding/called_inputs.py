# %%
# A variable that is called inputs, where no step looks at the tasks above it.
# refused: script: assigns 'inputs'
# %%step layers
inputs = [1, 2, 3]

# %%
# %%step scale
factor = 2

# %%
# %%step outputs
outputs = [factor * one for one in inputs]
inputs.append(4)
print(outputs, len(inputs))

# %%
# %%step last
print(inputs, inputs.index(4))
