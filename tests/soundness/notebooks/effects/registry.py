# %% [markdown]
# # A registry of models that cells fill

# %%
MODELS = {}


def register(name):
    def keep(function):
        MODELS[name] = function
        return function

    return keep


# %%
@register("mean")
def mean(values):
    return sum(values) / len(values)


@register("last")
def last(values):
    return values[-1]


# %%
def maximum(values):
    return max(values)


MODELS["max"] = maximum

# %%
# %%step data
history = [3, 9, 6]

# %%
# %%step forecast
print(sorted(MODELS))
forecasts = {name: MODELS[name](history) for name in sorted(MODELS)}
print(forecasts)

# %%
# %%step best
print(min(forecasts, key=forecasts.get))
