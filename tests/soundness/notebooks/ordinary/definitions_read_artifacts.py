# %% [markdown]
# # Definitions below a step whose decorators and defaults read what the step made
# refused: script: step 'change' changes 'scale'

# %%
scale = 1


def scaled(function):
    factor = scale
    return lambda x: factor * function(x)


def current():
    return scale


WAYS = {"scaled": scaled}


def marked(cls):
    cls.mark = scale
    return cls


class Meta(type):
    def __new__(meta, name, bases, members):
        return super().__new__(meta, name, bases, {**members, "made": scale})


class Base:
    def __init_subclass__(cls):
        cls.noted = scale


# %%
# %%step change
scale = 10

# %%
@scaled
def twice(x):
    return 2 * x


def plus(x, more=current()):
    return x + more


@WAYS["scaled"]
def thrice(x):
    return 3 * x


@marked
class Marked:
    body = current()


class Made(metaclass=Meta):
    pass


class Noted(Base):
    pass


# %%
# %%step use
print(twice(2), thrice(2), plus(1), Marked.mark, Marked.body, Made.made, Noted.noted)
