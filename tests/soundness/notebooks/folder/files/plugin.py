FACTOR = 5


def apply(x):
    return FACTOR * x
