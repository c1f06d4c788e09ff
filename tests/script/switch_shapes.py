"""Bodies of flows whose way is chosen as they run: switches, and steps that go back to themselves."""

SWITCH = """
way = Parameter("way", default="fast")

@step
def start(self):
    self.kind = self.way
    self.next({"fast": self.fast, "slow": self.slow, "none": self.end}, condition="kind")

@step
def fast(self):
    self.trail = ["fast"]
    self.next(self.end)

@step
def slow(self):
    self.trail = ["slow"]
    self.next(self.end)

@step
def end(self):
    self.trail = getattr(self, "trail", []) + ["end"]
"""

NESTED_SWITCH = """
way = Parameter("way", default="xp")

@step
def start(self):
    self.outer, self.inner = self.way[0], self.way[1:]
    self.next({"x": self.x, "y": self.y}, condition="outer")

@step
def x(self):
    self.trail = ["x"]
    self.next({"p": self.p, "q": self.q}, condition="inner")

@step
def p(self):
    self.trail = self.trail + ["p"]
    self.next(self.z)

@step
def q(self):
    self.trail = self.trail + ["q"]
    self.next(self.z)

@step
def y(self):
    self.trail = ["y"]
    self.next(self.z)

@step
def z(self):
    self.trail = self.trail + ["z"]
    self.next(self.end)

@step
def end(self):
    pass
"""

SWITCH_IN_BRANCH = """
@step
def start(self):
    self.kind = 2
    self.next(self.a, self.b)

@step
def a(self):
    self.next({1: self.a1, 2: self.a2}, condition="kind")

@step
def a1(self):
    self.x = "a1"
    self.next(self.a3)

@step
def a2(self):
    self.x = "a2"
    self.next(self.a3)

@step
def a3(self):
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

SWITCH_IN_FOREACH = """
@step
def start(self):
    self.items = [1, 2, 3, 4]
    self.next(self.look, foreach="items")

@step
def look(self):
    self.even = self.input % 2 == 0
    self.next({True: self.double, False: self.keep}, condition="even")

@step
def double(self):
    self.x = self.input * 2
    self.next(self.after)

@step
def keep(self):
    self.x = self.input
    self.next(self.after)

@step
def after(self):
    self.next(self.join)

@step
def join(self, inputs):
    self.trail = [one.x for one in inputs]
    self.next(self.end)

@step
def end(self):
    pass
"""

BRANCH_IN_SWITCH = """
way = Parameter("way", default="both")

@step
def start(self):
    self.kind = self.way
    self.next({"both": self.both, "one": self.one}, condition="kind")

@step
def both(self):
    self.next(self.a, self.b)

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
    self.trail = [one.x for one in inputs]
    self.next(self.end)

@step
def one(self):
    self.trail = ["one"]
    self.next(self.end)

@step
def end(self):
    self.trail = self.trail + ["end"]
"""

FOREACH_IN_SWITCH = """
way = Parameter("way", default="many")

@step
def start(self):
    self.kind, self.items = self.way, [1, 2]
    self.next({"many": self.many, "one": self.one}, condition="kind")

@step
def many(self):
    self.next(self.work, foreach="items")

@step
def work(self):
    self.x = self.input * 10
    self.next(self.join)

@step
def join(self, inputs):
    self.trail = [one.x for one in inputs]
    self.next(self.end)

@step
def one(self):
    self.trail = ["one"]
    self.next(self.end)

@step
def end(self):
    self.trail = self.trail + ["end"]
"""

RECURSION = """
@step
def start(self):
    self.trail = []
    self.next(self.grow)

@step
def grow(self):
    self.trail = self.trail + [len(self.trail)]
    self.more = len(self.trail) < 4
    self.next({True: self.grow, False: self.end}, condition="more")

@step
def end(self):
    self.trail = self.trail + ["end"]
"""

RECURSION_IN_FOREACH = """
@step
def start(self):
    self.sizes = [1, 3, 2]
    self.next(self.begin, foreach="sizes")

@step
def begin(self):
    self.made = []
    self.next(self.grow)

@step
def grow(self):
    self.made = self.made + [self.input]
    self.more = len(self.made) < self.input
    self.next({True: self.grow, False: self.after}, condition="more")

@step
def after(self):
    self.next(self.join)

@step
def join(self, inputs):
    self.trail = [one.made for one in inputs]
    self.next(self.end)

@step
def end(self):
    pass
"""
