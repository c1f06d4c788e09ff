"""Kinds of state that are easily lost, changed or shared wrongly by a restore."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Says(StrEnum):
    """How a case ends that cannot come back as it was: always loudly."""

    LOST = "lost"  # using the value raises LostValue, and the restore names it
    NOTE = "note"  # the restore says that it is not rewound, or not part of the checkpoint
    ABSENT = "absent"  # the name is local to the step, and a NameError says so


@dataclass(frozen=True)
class Trap:
    """After `before`, a checkpoint, `damage` and a restore, `expr` gives what it gave right after `before`.

    `step` and `hand` say how it ends otherwise, when the data was made in a step or was saved by hand; `same` is what
    the expression gives then.
    """

    name: str
    before: str
    damage: str
    expr: str
    step: Says | None = None
    hand: Says | None = None
    same: Any = None


HELD = "import threading\ncfg = {'lock': threading.Lock(), 'rate': 3}\ncfg['lock'].acquire()"

TRAPS = [
    # the list
    Trap("two names of one list", "a = [1, 2, 3]\nb = a", "a = None; b = None", "(a is b, a)"),
    Trap("the partner of a changed list", "a = [1]\nb = [a]\nc = 0", "b.append(2)", "(b[0] is a, b)"),
    Trap("a view that was written to", "import numpy as np\na = np.arange(10.)\nv = a[2:5]", "v[0] = -1",
         "(float(a[2]), float(v[0]), np.shares_memory(a, v))"),
    Trap("a frame on the memory of an array",
         "import numpy as np\nimport pandas as pd\narr = np.zeros((5, 2))\ndf = pd.DataFrame(arr, copy=False)",
         "arr[0, 0] = 9; df = None", "(np.shares_memory(arr, df.values), float(arr[0, 0]))"),
    Trap("a function that reads a changed global", "x = 1\ndef f(): return x\ny = 0", "x = 100; f = None",
         "(f(), f.__globals__.get('x'))"),
    Trap("a function nobody touched whose global changed", "x = 1\ndef f(): return x", "x = 2", "f()"),
    Trap("a class that was written anew, and its instance",
         "class P:\n    v = 1\n    def m(self): return 'old'\np = P()",
         "class P:\n    v = 2\n    def m(self): return 'new'\np = P()", "(p.m(), isinstance(p, P), P.v)"),
    Trap("a closure that counts",
         "def make():\n    n = [0]\n    def up():\n        n[0] += 1\n        return n[0]\n    return up\n"
         "c = make()\nc()",
         "c(); c()", "c.__closure__[0].cell_contents"),
    Trap("a lambda", "g = lambda z: z + 1", "g = None", "g(1)"),
    Trap("an open file", "f = open('t.txt', 'w'); f.write('abc'); f.flush()", "f.close(); f = None",
         "(f.closed, f.name)", Says.LOST, Says.LOST),
    Trap("a thread", "import threading, time\nt = threading.Thread(target=time.sleep, args=(0.01,)); t.start()",
         "t.join(); t = None", "t.name", Says.LOST, Says.LOST),
    Trap("the random state of Python", "import random\nrandom.seed(1)\nr = random.random()",
         "[random.random() for _ in range(10)]; r = None", "random.random()"),
    Trap("a figure, its axes and its line",
         "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\n"
         "fig, ax = plt.subplots(); ln, = ax.plot([1, 2, 3])", "ax.plot([3, 2, 1]); fig = ax = ln = None",
         "(len(ax.lines), ax.figure is fig, ax.lines[0] is ln)"),
    Trap("a module under another name", "import math as m\nz = 1", "m = None", "m.pi"),
    Trap("a list changed through an attribute of something else",
         "class Box: pass\ninner = [1]\nbx = Box(); bx.l = inner", "bx.l.append(2)", "(inner, bx.l is inner)"),
    Trap("a name with an underscore", "_cfg = {'lr': 1}\nz = 1", "globals().get('_cfg', {})['lr'] = 2", "_cfg['lr']",
         Says.ABSENT),
    Trap("a deleted name", "q = 1\nw = 2", "del q", "q"),
    Trap("the output history", "'hello' * 2\nq = 1", "'other'", "globals().get('Out', {}).get(1)"),
    Trap("a key that equals nothing", "d = {float('nan'): 1}", "d = None", "len(d)"),
    Trap("a bound method", "l = [1]\nap = l.append", "l = None; ap = None", "(ap(2), l)"),
    Trap("an iterator", "it = iter([1, 2, 3])\nnext(it)", "next(it); next(it)", "next(it)"),
    Trap("a function with globals of its own", "import types\nnm = types.FunctionType((lambda: 1).__code__, {})\nz = 1",
         "z = 2", "(z, nm())"),
    Trap("a side effect that must not happen again",
         "from pathlib import Path\nlog = Path('log.txt')\n"
         "n = log.write_text(log.read_text() + 'run' if log.exists() else 'run')\n"
         "gg = (i for i in range(3))\nz = 1", "gg = None", "log.read_text()"),
    Trap("a generator", "gen = (i for i in range(5))\nx = next(gen)", "next(gen); next(gen)", "next(gen)",
         Says.NOTE, Says.NOTE, 3),
    Trap("a generator that was replaced", "gen = (i for i in range(5))\nx = next(gen)", "gen = None", "next(gen)",
         Says.LOST, Says.LOST),
    Trap("an instance whose class alone was written anew", "class P:\n    def m(self): return 'old'\np = P()",
         "class P:\n    def m(self): return 'new'", "(p.m(), isinstance(p, P))"),
    Trap("an attribute of a function", "def f(): pass\nf.calls = 1", "f.calls = 9", "f.calls"),
    Trap("an array of objects", "import numpy as np\nx = [1]\no = np.array([x, None], dtype=object)", "x.append(2)",
         "(o[0] is x, x)"),
    Trap("a decorated function",
         "import functools\ndef deco(f):\n    @functools.wraps(f)\n    def w(*a): return f(*a) + 1\n    return w\n"
         "@deco\ndef h(x): return x\nz = 1", "h = None; deco = None", "h(1)"),
    Trap("a namedtuple", "from collections import namedtuple\nPt = namedtuple('Pt', 'x y')\nq = Pt(1, 2)", "q = None",
         "(q.x, isinstance(q, Pt))"),
    Trap("a recursive function", "def fact(n): return 1 if n < 2 else n * fact(n - 1)\nz = fact(5)", "fact = None",
         "fact(5)"),
    Trap("an exception", "try:\n    1/0\nexcept Exception as _e:\n    err = _e\ny = 1", "err = None",
         "type(err).__name__"),
    Trap("a memory-mapped file", "import numpy as np\nnp.ones(4).tofile('m.dat')\n"
         "mm = np.memmap('m.dat', dtype='f8', mode='r+')\ny = 1", "mm[:] = 7", "float(mm[0])"),
    # more of these kinds
    Trap("a list that holds itself", "loop = [1]\nloop.append(loop)", "loop.clear()", "(loop[0], loop[1] is loop)"),
    Trap("a dict and the dict inside", "inner = {'a': 1}\nouter = {'in': inner}", "inner['a'] = 2; outer = None",
         "(outer['in'] is inner, inner)"),
    Trap("two closures over one cell",
         "def make():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n    def get(): return n\n"
         "    return up, get\nup, get = make()\nup()", "up(); up()", "(get(), up(), get())"),
    Trap("a default that was changed", "def f(x, seen=[]):\n    seen.append(x)\n    return seen\nz = 1", "f(1); f(2)",
         "f(3)"),
    Trap("a class attribute that was changed", "class P:\n    count = 0\n    names = []\np = P()",
         "P.count = 5; P.names.append('x')", "(P.count, P.names, isinstance(p, P))"),
    Trap("a method that was replaced", "class P:\n    def m(self): return 'own'\np = P()", "P.m = lambda self: 'other'",
         "p.m()"),
    Trap("a class under another", "class A:\n    def m(self): return 1\nclass B(A):\n    pass\nb = B()",
         "class A:\n    def m(self): return 2\nb = None", "(b.m(), isinstance(b, A), issubclass(B, A))"),
    Trap("a dataclass", "from dataclasses import dataclass\n@dataclass\nclass D:\n    x: int = 1\nd = D(2)",
         "d.x = 9; D = None", "(d.x, d == D(2), isinstance(d, D))"),
    Trap("an enum", "from enum import Enum\nclass Color(Enum):\n    RED = 1\nc = Color.RED", "c = None; Color = None",
         "(c is Color.RED, c.value)"),
    Trap("an instance with slots", "class S:\n    __slots__ = ('x',)\ns = S(); s.x = [1]", "s.x.append(2)", "s.x"),
    Trap("a class with a property and a static method",
         "class Q:\n    @property\n    def p(self): return 1\n    @staticmethod\n    def s(): return 2\nq = Q()",
         "Q.s = staticmethod(lambda: 3); q = None", "(q.p, q.s())"),
    Trap("a set of tuples", "s = {(1, 2), (3, 4)}", "s.add(5)", "sorted(s)"),
    Trap("a default dict", "from collections import defaultdict\nd = defaultdict(list)\nd['a'].append(1)",
         "d['b']; d['a'].append(2)", "(dict(d), d['new'])"),
    Trap("a dict of lambdas", "ops = {'add': lambda a, b: a + b}", "ops.clear()", "ops['add'](1, 2)"),
    Trap("a partial", "from functools import partial\ndef add(a, b): return a + b\np = partial(add, 1)",
         "p = None; add = None", "(p(2), p.func is add)"),
    Trap("a cached function", "from functools import lru_cache\n@lru_cache\ndef sq(x): return x * x\ny = sq(3)",
         "sq = None", "(sq(4), y)"),
    Trap("a view of a view, backwards", "import numpy as np\na = np.arange(12)\nb = a[::2]\nc = b[::-1]",
         "c[0] = -1; a = None",
         "(a.tolist(), c.tolist(), np.shares_memory(a, c))"),
    Trap("a transposed array", "import numpy as np\na = np.arange(6).reshape(2, 3)\nt = a.T", "t[0, 0] = 9",
         "(a.tolist(), t.base is a or np.shares_memory(a, t))"),
    Trap("a read-only array", "import numpy as np\na = np.arange(3); a.flags.writeable = False", "a = None",
         "(a.tolist(), a.flags.writeable)"),
    Trap("a masked array", "import numpy as np\nm = np.ma.masked_array([1, 2, 3], [0, 1, 0])", "m.mask = False",
         "m.tolist()"),
    Trap("a structured array", "import numpy as np\nr = np.array([(1, 'a')], dtype=[('n', int), ('s', 'U1')])",
         "r['n'] = 5", "r.tolist()"),
    Trap("a column that was added", "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})", "df['b'] = 3",
         "list(df.columns)"),
    Trap("a frame changed in place", "import pandas as pd\ndf = pd.DataFrame({'a': [3, 1]}, index=['x', 'y'])",
         "df.loc['x', 'a'] = 0; df.index = ['p', 'q']", "(df['a'].tolist(), list(df.index))"),
    Trap("categories and dates", "import pandas as pd\ns = pd.Series(['a', 'b'], dtype='category')\n"
         "d = pd.date_range('2024', periods=2)", "s = d = None", "(s.cat.categories.tolist(), d[1].day)"),
    Trap("the random state of NumPy", "import numpy as np\nnp.random.seed(3)\nr = np.random.rand()",
         "np.random.rand(7)", "float(np.random.rand())"),
    Trap("a generator of NumPy", "import numpy as np\nrng = np.random.default_rng(1)\nx = rng.random()",
         "rng.random(5)", "float(rng.random())"),
    Trap("a random generator of its own", "import random\nrng = random.Random(4)\nx = rng.random()", "rng.random()",
         "rng.random()"),
    Trap("a held lock inside of a dict", HELD, "cfg['rate'] = 9", "(cfg['rate'], cfg['lock'].locked())",
         Says.NOTE, Says.NOTE, (3, True)),
    Trap("a held lock in a dict that was replaced", HELD, "cfg = None", "cfg['lock'].locked()", Says.LOST, Says.LOST),
    Trap("the rest of what a held lock is in", HELD, "cfg = None", "cfg['rate']"),
    Trap("a lock that nobody holds", "import threading\nlock = threading.Lock()\nboth = [lock, lock]",
         "lock.acquire()", "(lock.locked(), both[0] is both[1] is lock)"),
    Trap("a database connection", "import sqlite3\ncon = sqlite3.connect(':memory:')", "con.close(); con = None",
         "con.execute('select 1').fetchone()"),
    Trap("a socket", "import socket\nsock = socket.socket(); sock.close()", "sock = None", "sock.fileno()",
         Says.LOST, Says.LOST),
    Trap("a text stream in memory", "import io\ns = io.StringIO('abc\\ndef'); x = s.readline()", "s.read()",
         "s.read()"),
    Trap("a weak reference", "import weakref\nclass K: pass\nk = K()\nw = weakref.ref(k)", "k = None; w = None",
         "w() is k"),
    Trap("a zip and an enumerate", "z = zip([1, 2, 3], 'abc')\nx = next(z)", "list(z)", "next(z)"),
    Trap("a range iterator and a chain", "import itertools\nc = itertools.count(5)\nx = next(c)", "next(c)", "next(c)"),
    Trap("a deque with a limit", "from collections import deque\nd = deque([1, 2], maxlen=2)", "d.append(3)",
         "(list(d), d.maxlen)"),
    Trap("a counter", "from collections import Counter\nc = Counter('aab')", "c['z'] += 1", "c.most_common(1)"),
    Trap("an ordered dict that was moved", "from collections import OrderedDict\no = OrderedDict(a=1, b=2)",
         "o.move_to_end('a')", "list(o)"),
    Trap("a compiled pattern", "import re\np = re.compile('a+', re.I)\nm = p.sub('b', 'Aa')", "p = None",
         "(p.flags & re.I > 0, m)"),
    Trap("a bytearray and its view", "b = bytearray(b'abc')", "b[0] = 0; b += b'x'", "bytes(b)"),
    Trap("a very large integer and a surrogate", "n = 10 ** 400\ns = '\\ud800'", "n = s = None", "(n, s)"),
    Trap("minus zero and infinity", "x = [-0.0, float('inf')]", "x = None", "str(x)"),
    Trap("a type, a builtin and an ellipsis", "t = [int, len, ..., NotImplemented, None]", "t.clear()",
         "t == [int, len, ..., NotImplemented, None]"),
    Trap("a module in a container", "import math\ntools = {'m': math}", "tools = None", "tools['m'] is math"),
    Trap("a name that hides a builtin", "total = sum([1, 2])\nmax = 5", "max = 7", "(total, max)"),
    Trap("a name that was another type", "v = [1]", "v = 'text'", "v"),
    Trap("a class made by type()", "kind = type('kind', (), {'x': 1})\nt = kind()", "kind = None; t = None",
         "(t.x, isinstance(t, kind))"),
    Trap("an instance with __call__ and state",
         "class Model:\n    def __init__(self): self.w = [1]\n    def __call__(self, x): return x * self.w[0]\n"
         "m = Model()",
         "m.w[0] = 100", "m(2)"),
    Trap("an object that refuses to be pickled",
         "class No:\n    def __reduce_ex__(self, p): raise TypeError('no')\nkeep = [1, No()]", "keep = None",
         "keep[0]"),
    Trap("the very leaf that refuses to be pickled",
         "class No:\n    x = 1\n    def __reduce_ex__(self, p): raise TypeError('no')\nkeep = [1, No()]", "keep = None",
         "keep[1].x", Says.LOST, Says.LOST),
    Trap("a list far too deep for pickle", "deep = []\nfor _ in range(100_000): deep = [deep]", "deep = None",
         "len(deep)",
         Says.LOST, Says.LOST),
    Trap("a trained model", "import numpy as np\nfrom sklearn.linear_model import LinearRegression\n"
         "m = LinearRegression().fit([[0.], [1.]], [0., 2.])", "m.coef_[0] = 9.0",
         "round(float(m.predict([[2.]])[0]), 6)"),
    Trap("a constant that was changed in place", "CONFIG = {'lr': 1}\nz = 1", "CONFIG['lr'] = 2", "CONFIG['lr']"),
    Trap("an abstract class", "from abc import ABC, abstractmethod\nclass Base(ABC):\n    @abstractmethod\n"
         "    def go(self): ...\nclass Real(Base):\n    def go(self): return 1\nr = Real()", "Base = None; r = None",
         "(r.go(), isinstance(r, Base))"),
    Trap("a function that calls another", "def low(x): return x + 1\ndef high(x): return low(x) * 2\ny = high(1)",
         "def low(x): return x - 1", "(high(1), y)"),
    Trap("a list that classes put themselves into",
         "KNOWN = []\nclass Base:\n    def __init_subclass__(cls): KNOWN.append(cls.__name__)\n"
         "class A(Base): pass\na = A()", "A = None", "(KNOWN, isinstance(a, A))"),
    Trap("a registry inside of a class",
         "class Base:\n    known = []\n    def __init_subclass__(cls): Base.known.append(cls)\n"
         "class A(Base): pass\na = A()",
         "A = None", "(len(Base.known), Base.known[0] is A, type(a) is A)"),
    Trap("a list that a decorator puts functions into",
         "HOOKS = []\ndef hook(f):\n    HOOKS.append(f)\n    return f\n@hook\ndef one(): return 1\ny = one()",
         "one = None", "(len(HOOKS), HOOKS[0] is one)"),
    Trap("a metaclass", "class Meta(type):\n    def __call__(cls, *a): return super().__call__()\n"
         "class M(metaclass=Meta): pass\nm = M(1)", "M = m = None", "(type(M) is Meta, type(m) is M)"),
    Trap("two classes that name each other",
         "class Left:\n    def other(self): return Right()\nclass Right:\n"
         "    def other(self): return Left()\nl = Left()",
         "Right = None", "type(l.other().other()) is type(l)"),
    Trap("a generic and its alias", "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass G(Generic[T]): pass\n"
         "g = G[int]()", "G = None", "(type(g) is G, G[int] == G[int])"),
    Trap("an instance in a set of its kind",
         "class K:\n    def __init__(self, n): self.n = n\n    def __hash__(self): return hash(self.n)\n"
         "    def __eq__(self, o): return self.n == o.n\nk = K(1)\ns = {k}", "k.n = 5", "(k in s, next(iter(s)) is k)"),
    Trap("a dict keyed by a class", "class K: pass\nd = {K: 1}", "d = None", "d[K]"),
    Trap("an object with __getstate__ that leaves something out",
         "class C:\n    def __init__(self): self.a, self.cache = 1, 2\n"
         "    def __getstate__(self): return {'a': self.a}\n"
         "    def __setstate__(self, s): self.a, self.cache = s['a'], None\nc = C()\nc.cache = None", "c.a = 9",
         "(c.a, c.cache)"),
]  # fmt: skip
