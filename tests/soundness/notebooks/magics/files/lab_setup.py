import math

import lab_units

BASE = 10
calls = []


def scale(values):
    calls.append(len(values))
    return [math.sqrt(BASE * lab_units.FACTOR * one) for one in values]


class Box:
    def __init__(self, size):
        self.size = size


print("set up as", __name__)
