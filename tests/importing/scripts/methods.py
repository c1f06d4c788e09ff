#!/usr/bin/env python
import logging
import math
from datetime import timedelta

from metaflow import FlowSpec, Parameter, project, step

# how far to look
LIMIT = 10
log = logging.getLogger(__name__)
log.setLevel(logging.ERROR)


def squares(n):
    return [i * i for i in range(n)]


class Box:
    """Keeps something."""

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, Box) and self.value == other.value


TABLE = {}
for i in range(3):
    TABLE[i] = "abc"[i]


@project(name="methods")
class MethodsFlow(FlowSpec):
    """Methods, constants and functions around the steps."""

    scale = Parameter("scale", default=2)
    verbose = Parameter("verbose", default=False, type=bool)
    names = Parameter("names", default="x,y", separator=",")
    note = Parameter("note", required=False)
    OFFSET = 100
    STEP = timedelta(days=1)

    def scaled(self, value):
        """Scale a value."""
        return [v * self.scale + self.OFFSET for v in value]

    @property
    def total(self):
        values = self.scaled(self.data)
        return sum(values)

    @staticmethod
    def root(value):
        return math.sqrt(value)

    @step
    def start(self):
        data = squares(LIMIT)
        for i in range(2):
            data.append(i)
        # the data
        self.data = data
        self.text = """first
        second {x}
  third"""
        self.box = Box(3)
        self.next(self.work)

    # --- work ---
    @step
    def work(self):
        import random

        data = self.data
        rng = random.Random(3)
        self.sample = rng.choice(data)
        self.scaled_data = self.scaled([value for value in data if value])
        self.total_sum = self.total
        self.root_value = self.root(16)
        self.names_list = [name + TABLE[1] for name in self.names]
        self.days = self.STEP.days
        self.next(self.end)

    @step
    def end(self):
        def describe(value, *, label="v"):
            return f"{label}={value}"

        value = self.total_sum
        self.description = describe(value, label="sum") + (self.note or "")
        self.same = isinstance(self.box, Box), self.box == Box(3)
        assert self.verbose is False
        if self.same[0]:
            same = "yes"
            print(same)


if __name__ == "__main__":
    logging.basicConfig()
    MethodsFlow()
