"""What notebooks of a house import."""

import decimal

COUNT = 0
SEEN = []
_memo = {}


def bump():
    global COUNT
    COUNT += 1
    return COUNT


def note(x):
    SEEN.append(x)
    return len(SEEN)


def slow(x):
    if x not in _memo:
        _memo[x] = x * x
    return _memo[x]


def init(digits):
    decimal.getcontext().prec = digits


class Model:
    made = []

    def __init__(self, name):
        self.name = name
        Model.made.append(name)
