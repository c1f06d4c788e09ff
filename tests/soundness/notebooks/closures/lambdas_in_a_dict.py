# %% [markdown]
# # Rules as lambdas that read a threshold
# refused: script: step 'apply' may call a function of an artifact that reads 'limit'

# %%
# %%step rules
limit = 10
rules = {"high": lambda x: x > limit, "even": lambda x: x % 2 == 0}
print({k: rule(12) for k, rule in rules.items()})

# %%
# %%step raise_limit
limit = 20
print(rules["high"](12))

# %%
# %%step apply
values = [5, 12, 30]
print([v for v in values if rules["high"](v)])
print([v for v in values if rules["even"](v)])
