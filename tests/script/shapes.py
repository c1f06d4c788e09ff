"""The shapes that flows have, each as the body of a class F that traces its way in `self.trail`."""

from tests.script.switch_shapes import (
    BRANCH_IN_SWITCH,
    FOREACH_IN_SWITCH,
    NESTED_SWITCH,
    RECURSION,
    RECURSION_IN_FOREACH,
    SWITCH,
    SWITCH_IN_BRANCH,
    SWITCH_IN_FOREACH,
)

LINEAR = """
@step
def start(self):
    self.trail = ["start"]
    self.next(self.middle)

@step
def middle(self):
    self.trail = self.trail + ["middle"]
    self.next(self.end)

@step
def end(self):
    self.trail = self.trail + ["end"]
"""

BRANCH = """
@step
def start(self):
    self.kept = 1
    self.next(self.b, self.a)

@step
def a(self):
    self.x = "a"
    self.next(self.join)

@step
def b(self):
    self.x = "b"
    self.next(self.join)

@step
def join(self, inputs):
    self.trail = [inputs.a.x, inputs.b.x] + [one.x for one in inputs]
    self.merge_artifacts(inputs, exclude=["x"])
    self.next(self.end)

@step
def end(self):
    self.trail = self.trail + [self.kept]
"""

NESTED_BRANCHES = """
@step
def start(self):
    self.next(self.a, self.b)

@step
def a(self):
    self.next(self.a1, self.a2)

@step
def a1(self):
    self.next(self.a1x, self.a1y)

@step
def a1x(self):
    self.x = "a1x"
    self.next(self.ja1)

@step
def a1y(self):
    self.x = "a1y"
    self.next(self.ja1)

@step
def ja1(self, inputs):
    self.x = "+".join(one.x for one in inputs)
    self.next(self.ja)

@step
def a2(self):
    self.x = "a2"
    self.next(self.ja)

@step
def ja(self, inputs):
    self.x = "+".join(one.x for one in inputs)
    self.next(self.join)

@step
def b(self):
    self.x = "b"
    self.next(self.join)

@step
def join(self, inputs):
    self.trail = [one.x for one in inputs]
    self.next(self.end)

@step
def end(self):
    pass
"""

FOREACH = """
@step
def start(self):
    self.items = ["p", "q", "r"]
    self.next(self.work, foreach="items")

@step
def work(self):
    self.x = (self.index, self.input, self.foreach_stack())
    self.next(self.after)

@step
def after(self):
    self.y = self.input * 2
    self.next(self.join)

@step
def join(self, inputs):
    self.trail = [(one.x, one.y, one.index) for one in inputs]
    self.seen = (self.index, self.input)
    self.next(self.end)

@step
def end(self):
    pass
"""

NESTED_FOREACH = """
@step
def start(self):
    self.outer = ["a", "b"]
    self.next(self.one, foreach="outer")

@step
def one(self):
    self.o = self.input
    self.middle = [1, 2, 3]
    self.next(self.two, foreach="middle")

@step
def two(self):
    self.m = self.input
    self.inner = "uvwxyz"
    self.next(self.three, foreach="inner")

@step
def three(self):
    self.leaf = f"{self.o}{self.m}{self.input}"
    self.stack = [(index, width, value) for index, width, value in self.foreach_stack()]
    self.next(self.join3)

@step
def join3(self, inputs):
    self.leaves = [one.leaf for one in inputs]
    self.stacks = [one.stack for one in inputs]
    self.at = (self.index, self.input)
    self.next(self.join2)

@step
def join2(self, inputs):
    self.leaves = sum([one.leaves for one in inputs], [])
    self.stacks = sum([one.stacks for one in inputs], [])
    self.at = [one.at for one in inputs]
    self.next(self.join1)

@step
def join1(self, inputs):
    self.trail = sum([one.leaves for one in inputs], [])
    self.stacks = sum([one.stacks for one in inputs], [])
    self.at = [one.at for one in inputs]
    self.next(self.end)

@step
def end(self):
    pass
"""

ONE_STEP = """
@step
def only(self):
    self.trail = ["only"]
"""

_LEAVES = [f"{o}{m}{i}" for o in "ab" for m in "123" for i in "uvwxyz"]

TRAILS = {
    "linear": (LINEAR, ["start", "middle", "end"]),
    "branch": (BRANCH, ["a", "b", "b", "a", 1]),
    "nested branches": (NESTED_BRANCHES, ["a1x+a1y+a2", "b"]),
    "nested foreach": (NESTED_FOREACH, _LEAVES),
    "switch": (SWITCH, ["fast", "end"]),
    "nested switch": (NESTED_SWITCH, ["x", "p", "z"]),
    "switch in a branch": (SWITCH_IN_BRANCH, ["a2", "b"]),
    "switch in a foreach": (SWITCH_IN_FOREACH, [1, 4, 3, 8]),
    "branch in a switch": (BRANCH_IN_SWITCH, ["a", "b", "end"]),
    "foreach in a switch": (FOREACH_IN_SWITCH, [10, 20, "end"]),
    "recursion": (RECURSION, [0, 1, 2, 3, "end"]),
    "recursion in a foreach": (RECURSION_IN_FOREACH, [[1], [3, 3, 3], [2, 2]]),
}
"""Shape -> its body, and the trail that is visible at its end."""
