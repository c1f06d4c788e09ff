SCALE = 2


def double(x):
    return SCALE * x
