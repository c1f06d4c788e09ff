# %% [markdown]
# # Decorators that count and time
# refused: script: step 'first' changes 'CALLS', which cell 2 defines

# %%
import functools

CALLS = {}


def counted(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        CALLS[function.__name__] = CALLS.get(function.__name__, 0) + 1
        return function(*args, **kwargs)

    return wrapper


@counted
def clean(text):
    return text.strip().lower()


@counted
def words(text):
    return clean(text).split()


# %%
# %%step first
tokens = words("  Hello World ")
print(tokens)

# %%
# %%step second
print(clean("  X "), CALLS)

# %%
# %%step third
tokens += words("a b")
print(tokens, CALLS)
