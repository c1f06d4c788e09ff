"""More notebooks that have to survive export, each for one thing that is hard about it; cells are parted by ---."""

from __future__ import annotations

from tests.export.draws import DRAWS

CASES = {
    "texts with what other languages take for the end of a line": """
%%step texts
text = '''a\u2028b\x0cc\x85'''
size = len(text)
---
%%step twice
if size:
    both = text + '''
    d\u2029e'''
""",
    "foreach by self.next": """
%%step start
self.items = ["p", "q"]
self.next(self.work, foreach="items")
---
%%step work
self.x = (self.index, self.input * 2)
self.next(self.join)
---
%%step join
self.xs = [one.x for one in inputs]
self.next(self.end)
---
%%step end
n = len(xs)
""",
    "switch by self.next": """
%%step start
self.kind = "b"
self.next({"a": self.one, "b": self.two}, condition="kind")
---
%%step one
self.x = 1
self.next(self.end)
---
%%step two
self.x = 2
self.next(self.end)
---
%%step end
y = x + 1
""",
    "join of branches by self.next": """
%%step start
self.x = 1
self.next(self.left, self.right)
---
%%step left
self.a = self.x + 1
self.next(self.both)
---
%%step right
self.b = self.x + 2
self.next(self.both)
---
%%step both
self.c = inputs.left.a + inputs.right.b
self.next(self.end)
---
%%step end
d = c
""",
    "self in a foreach": """
rate = 3
---
%%step load
xs = [1,2,3]
---
%%step each --foreach x in xs
self.y = self.x * rate
---
%%step more
self.z = self.y + self.x
---
%%step end --join each
total = sum(inputs.z)
pairs = inputs.table("x", "z").values.tolist()
""",
    "two joins of one foreach": """
%%step each --foreach x in [1,2,3]
y = x * 2
---
%%step total --join each
t = sum(inputs.y)
---
%%step largest --join each
m = max(task.y for task in inputs)
n = len(inputs)
---
%%step end
z = t + m + n
""",
    "foreach that is left out": """
%%step load
go = False
xs = [1, 2]
---
%%step each --if go --foreach x in xs
y = x * 2
---
%%step total --join each
t = sum(inputs.y)
---
%%step after
u = t + 1
---
%%step end
done = len(xs)
""",
    "foreach with a guard": """
%%step load
go = True
xs = [1, 2]
---
%%step each --if go --foreach x in xs
y = x * 2
---
%%step total --join each
t = sum(inputs.y)
---
%%step after
u = t + 1
---
%%step end
done = len(xs)
""",
    "after, without data": """
%%step a
import os
open("mark.txt","w").write("x")
---
%%step b --after a
seen = open("mark.txt").read()
---
%%step c --foreach i in range(2)
p = i
---
%%step d --after c
q = 1
""",
    "loop in a foreach": """
%%step start
n = 0
---
%%step each --foreach x in [3, 9] --while again
n = n + x
again = n < 12
---
%%step end --join each
ns = inputs.n
""",
    "branches that nobody joins": """
%%step a
x = 1
---
%%step b
y = x + 1
---
%%step c
z = x + 2
---
%%step d
w = x + 3
""",
    "share of failures": """
%%step each --foreach x in [1, 0, 2, 4] --allow-failures 30%
y = 4 // x
---
%%step end --join each
ys = [task.y for task in inputs]
why = [(one.item, one.error) for one in inputs.failed]
items = [task.item for task in inputs]
failed, errors = len(inputs.failed), 0
""",
    "three ways": """
%%parameters
way: str = "c"
---
%%step a --if way == a
r = 1
---
%%step b --if way == b
r = 2
---
%%step c --else way
r = 3
---
%%step end
s = r
""",
    "foreach over a dict": """
%%step load
d = {"a": 1, "b": 2}
s = {3, 4}
---
%%step each --foreach k in d
v = d[k]
---
%%step end --join each
vs = inputs.v
---
%%step other --foreach k2 in sorted(s)
v2 = k2
---
%%step last --join other
vs2 = inputs.v2
""",
    "artifact of some tasks": """
%%step each --foreach x in [1, 2, 3]
if x > 1:
    y = x
---
%%step end --join each
ys = [task.y for task in inputs if hasattr(task, "y")]
""",
    "names that FlowSpec has": """
%%parameters
step: int = 3
card: str = "x"
---
%%step retry --retry 1
a = step
a
---
%%step current_one
b = a
""",
    "branches by name": """
%%step load
n = 1
---
%%step left
y = n + 1
---
%%step more
z = y + 1
---
%%step right
y = n + 10
---
%%step both
s = inputs.left.y + inputs.right.y + y + z
---
%%step end
e = s
""",
    "branches as values": """
%%step start
self.rate = 2
self.next(self.left, self.right)
---
%%step left
self.x = self.rate + 1
self.only = 5
self.next(self.both)
---
%%step right
self.x = self.rate * 5
self.next(self.both)
---
%%step both
self.xs = [one.x for one in [inputs.right, inputs.left]]
self.found = [getattr(one, "only", 0) + getattr(one, "rate", 0) for one in (inputs.left, inputs.right)]
self.next(self.each, foreach="xs")
---
%%step each
self.y = self.input + 1
self.next(self.gather)
---
%%step gather
self.ys = [one.y for one in inputs]
self.next(self.end)
---
%%step end
total = sum(ys) + sum(found)
""",
    "branches that are asked for at the end": """
%%step start
self.next(self.left, self.right)
---
%%step left
self.x = 1
self.next(self.end)
---
%%step right
self.x = 2
self.next(self.end)
---
%%step end
self.xs = [one.x for one in [inputs.left, inputs.right]]
""",
    "everything": """
%load_ext nbflow
%matplotlib inline
!echo hello
import os, sys
from collections import Counter, OrderedDict
import datetime as dt
---
%%parameters
from datetime import date, datetime
from pathlib import Path
from typing import Literal
a: int = 3  # how many
b: float = 2  # with "quotes" and 'others'
flag: bool = False
text: str = "it's"
words: list = ["x", "y"]
pairs: list = [(1, 2), (3, 4)]
table: dict = {"k": 1}
day: date = date(2024, 1, 31)
moment: datetime = datetime(2024, 1, 31, 12, 30)
place: Path = Path("data/x.csv")
mode: Literal["fast", "slow"] = "fast"
maybe: int | None = None
timeout: int = 30
---
# what a film costs
PRICE = 3  # euros

# a helper
# of two lines
def scale(x):
    \"\"\"Scale.

    More.\"\"\"
    return x * PRICE * a  # reads a parameter

def peek():
    return total + 1

SQL = \"\"\"
select *
   from films
\"\"\"
---
%%shared
import warnings
warnings.filterwarnings("ignore")
---
%%step load --retry 2 --timeout 30m --cpu 2 --memory 2GB
total = scale(2)
kinds = [type(x).__name__ for x in (a, b, flag, text, words, pairs, table, day, moment, place, mode, maybe, timeout)]
query = f\"\"\"
  {SQL}
   end\"\"\"
counts = Counter(words)
---
%%step shadow
max = max(total, 1)
for scale in [scale(1)]:
    pass
kept = scale
---
%%step through
seen = peek()
number = 1
def more():
    global number
    number += 5
more()
after = number
---
%%step draw --seed 7
import random
r = random.random()
doubled = [r * 2 for _ in range(2)]
doubled
---
%%step each --foreach w in words --seed 3
import random
x = (w, random.random())
---
%%step end --join each
xs = inputs.x
r, max
""",
    **DRAWS,
}

UNDER_METAFLOW = (
    "branches as values", "draws from step to step", "draws per item", "everything", "foreach by self.next",
    "foreach that is left out", "join of branches by self.next", "loop in a foreach", "names that FlowSpec has",
    "self in a foreach", "share of failures", "three ways", "two joins of one foreach",
)  # fmt: skip
"""Those that the other engine runs too, which takes a second for each task."""
