# %% number
1 + 1
# %% text
"a\nb 'quoted'"
# %% bytes
b"abc\x00"
# %% float
1 / 3
# %% none
None
# %% long_list
list(range(300))
# %% very_long_list
list(range(2000))
# %% nested
{"name": ["a" * 30, "b" * 30, "c" * 30], "other": {"x": list(range(30)), "y": (1, 2.5, None)}, "set": {3, 1, 2}}
# %% type
import collections

collections.OrderedDict
# %% function
def double(x):
    return 2 * x

double
# %% builtin
len
# %% module
import json

json
# %% counter
import collections

collections.Counter("abracadabra")
# %% defaultdict
import collections

collections.defaultdict(list, {"key": [1, 2], "other": list("abcdefghijklmnopqrstuvwxyzabcdefgh")})
# %% deque
import collections

collections.deque(range(40), maxlen=50)
# %% dataclass
import dataclasses


@dataclasses.dataclass
class Point:
    x: int
    y: list

Point(1, list(range(50)))
# %% namespace
import types

types.SimpleNamespace(alpha=1, beta="b" * 60, gamma=[1, 2, 3])
# %% exception
ValueError("wrong", 3)
# %% recursive
own = {"a": 1}
own["self"] = own
display(own)
del own
# %% path
import pathlib

pathlib.PurePosixPath("/tmp/x")
# %% datetime
import datetime

[datetime.datetime(2024, 1, 2, 3, 4), datetime.timedelta(days=1), datetime.date(2024, 1, 2)]
# %% fraction
import fractions

fractions.Fraction(1, 3), 1 + 2j, range(5), slice(1, 2)
# %% regex
import re

re.compile("a+b"), re.match("a", "abc")
# %% multiline_repr
class Matrix:
    def __repr__(self):
        return "[1 2]\n[3 4]"

display([Matrix(), Matrix()])
Matrix()
# %% broken_repr
class Broken:
    def __repr__(self):
        raise RuntimeError("no repr")

display(1)
try:
    display(Broken())
except RuntimeError as error:
    print(type(error), error)
# %% semicolon
5;
# %% several
display(1, "two", [3])
# %% in_order
import sys

print("first")
display("second")
print("third")
print("fourth", end="")
display("fifth")
"sixth"
# %% displayhook
sys.displayhook("first")
sys.displayhook(None)
"second"
# %% ansi
print("\x1b[31mred\x1b[0m and \x1b[1mbold\x1b[0m")
"\x1b[32m"
# %% unicode
print("grüße ☃ 😀 中文")
"☃" * 3
# %% carriage
for n in range(3):
    print(f"\rstep {n} of 3", end="")
print("\rdone")
print("abc\b\bXY")
print("shorter line\rnew")
# %% numbers_of_numpy
import numpy as np

np.arange(2000).reshape(20, 100)
# %% numpy_scalars
import numpy as np

display(np.float64(0.1), np.int64(3), np.array([1e-10, 1.0]), np.bool_(True))
[np.float64(0.5), np.arange(3)]
# %% numpy_record
import numpy as np

np.array([(1, 2.0, "a")], dtype=[("x", "i4"), ("y", "f8"), ("z", "U3")])
