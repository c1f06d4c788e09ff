"""Much of what Python has, in one flow."""
from __future__ import annotations
import contextlib, math
from dataclasses import dataclass
from metaflow import FlowSpec, step, Parameter, current
from metaflow.cards import Table
try:
    import numpy as np
except ImportError:
    np = None
if math.pi > 3:
    MODE = "big"
else:
    MODE = "small"
COUNTER = 0
@dataclass
class Point:
    x: int
    y: int = 0
async def unused(): pass
def bump():
    global COUNTER
    COUNTER += 1
    return COUNTER
class LanguageFlow(FlowSpec):
    n: int
    names = Parameter("names", default="a,b", separator=",")
    MAP = {"a": 1}
    KEYS = list(MAP)
    def area(self, p: Point, scale=1, *, extra=0) -> int:
        total = p.x * p.y * scale + extra + self.base
        return total
    @classmethod
    def make(cls, x):
        return Point(x, cls.MAP["a"])
    @step
    def start(self):
        self.base = 10
        self.a = self.b = 1
        if (m := self.a + 1) > 1:
            self.m = m
        match self.a:
            case 1:
                self.matched = "one"
            case other:
                self.matched = other
        with contextlib.suppress(ZeroDivisionError):
            self.quot = 1 // 0
        try:
            value = int("x")
        except ValueError as error:
            self.err = str(error)
        finally:
            self.fin = True
        self.tmp = 3
        del self.tmp
        self.d = {"k": [1]}
        self.d["k"].append(2)
        self.d["z"], *self.rest = [5, 6, 7]
        self.points = [self.make(i) for i in range(3)]
        self.next(self.work, foreach="points")
    @step
    def work(self):
        p = self.input
        self.area_value = self.area(p, scale=2, extra=len(self.names))
        self.gen = sum(x for x in (self.base, p.x))
        def inner(x=self.base):
            nonlocal_value = [x]
            def deep():
                return nonlocal_value[0] + self.a
            return deep()
        self.inner = inner()
        self.lam = (lambda q, *, base=1: q + base + self.base)(2)
        self.count = bump() > 0
        self.s = f"{p.x!r:>3}|{self.base + 1}|{'x' if self.a else 'y'}|{MODE}"
        self.next(self.join)
    @step
    def join(self, inputs):
        self.total = sum(i.area_value for i in inputs)
        self.best = max(inputs, key=lambda i: i.gen).input.x
        self.first, *others = [i.s for i in inputs]
        self.others = others
        self.merge_artifacts(inputs, include=["inner", "lam", "d", "base", "matched"])
        self.next(self.end)
    @step
    def end(self):
        items = sorted(self.d.items(), key=lambda kv: str(kv))
        self.final = (self.total, self.best, self.inner, self.lam, items, self.base, self.KEYS, self.first)
        print(self.final)
if __name__ == "__main__":
    LanguageFlow()
