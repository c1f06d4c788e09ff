"""Finds values that no store can keep, as far as the code shows: generators, files, connections, locks."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from nbflow.flow.effects.statement_effects import origin_of
from nbflow.flow.source.trees import children, every_node

GENERATOR, FILE, CONNECTION = "a generator", "an open file", "a connection"

_BY_WORD = {
    GENERATOR: (
        *("os.walk", "os.scandir", "glob.iglob", "re.finditer", "csv.reader", "csv.DictReader", "csv.writer"),
        *("csv.DictWriter", "more_itertools.chunked", "more_itertools.windowed", "pandas.read_csv.chunks"),
    ),
    FILE: (
        *("open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open", "zipfile.ZipFile", "tarfile.open"),
        *("tempfile.TemporaryFile", "tempfile.NamedTemporaryFile", "urllib.request.urlopen", "h5py.File", "wave.open"),
        *("netCDF4.Dataset", "mmap.mmap", "shelve.open", "dbm.open"),
    ),
    CONNECTION: (
        *("sqlite3.connect", "duckdb.connect", "psycopg2.connect", "pymysql.connect", "sqlalchemy.create_engine"),
        *("pymongo.MongoClient", "redis.Redis", "socket.socket", "socket.create_connection"),
    ),
    "a lock, a thread or a process": (
        *("threading.Lock", "threading.RLock", "threading.Event", "threading.Condition", "threading.Semaphore"),
        *("threading.Thread", "threading.Timer", "threading.local", "threading.Barrier", "queue.Queue"),
        *("queue.SimpleQueue", "queue.LifoQueue", "queue.PriorityQueue", "multiprocessing.Pool"),
        *("multiprocessing.Queue", "multiprocessing.Process", "multiprocessing.Lock", "multiprocessing.Manager"),
        *("concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor", "subprocess.Popen"),
        *("asyncio.Queue", "asyncio.Event", "asyncio.Lock", "asyncio.create_task", "asyncio.ensure_future"),
        *("asyncio.gather", "asyncio.new_event_loop", "asyncio.get_event_loop", "asyncio.Semaphore"),
    ),
    "a reference that holds nothing": (
        *("weakref.ref", "weakref.proxy", "weakref.WeakValueDictionary", "weakref.WeakKeyDictionary"),
        *("weakref.WeakSet", "memoryview", "contextvars.ContextVar", "contextlib.ExitStack"),
    ),
}  # fmt: skip
_WORDS = {origin: word for word, origins in _BY_WORD.items() for origin in origins}
_BY_METHOD = {
    **dict.fromkeys(("glob", "rglob", "iterdir", "iterrows", "itertuples", "finditer"), GENERATOR),
    **dict.fromkeys(("cursor", "begin"), CONNECTION),
    **dict.fromkeys(("open", "makefile"), FILE),
}
_OF_ANOTHER = frozenset(
    {"execute", "executemany", "connect", "raw_connection"}
)  # a connection hands out more of its kind
_WRAPPERS = frozenset({"iter", "zip", "map", "filter", "enumerate", "reversed"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

_Words = Mapping[str, str]
"""Maps names to a description of the value they hold that cannot be stored."""


class Lasting:
    """Knows which functions and classes of a notebook make values that cannot be stored."""

    def __init__(self, trees: Iterable[ast.Module], origins: Mapping[str, str]) -> None:
        self._origins = origins
        self._made: dict[str, str] = {}
        nodes = [node for tree in trees for node in every_node(tree)]
        makers = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
        while sum(self._learn(node) for node in makers):
            pass  # one function may return what another one makes

    def _learn(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
        word = self._word_of_class(node) if isinstance(node, ast.ClassDef) else self._word_of_function(node)
        is_new = bool(word) and node.name not in self._made
        if word and is_new:
            self._made[node.name] = word
        return is_new

    def _word_of_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        inside = [*_own(node)]
        managed = any("contextmanager" in ast.unparse(one) for one in node.decorator_list)
        if any(isinstance(one, ast.Yield | ast.YieldFrom) for one in inside):
            return "" if managed or "fixture" in node.name else GENERATOR
        if isinstance(node, ast.AsyncFunctionDef):
            return "a coroutine"
        known = self.bound(node.body, {})
        returned = (one.value for one in inside if isinstance(one, ast.Return) and one.value)
        return next(filter(None, (self.word(one, known) for one in returned)), "")

    def _word_of_class(self, node: ast.ClassDef) -> str:
        """Describe an object that cannot be stored: it keeps such a value, or invents its attributes."""
        methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
        if "__getattr__" in methods and methods.isdisjoint(("__setstate__", "__reduce__", "__reduce_ex__")):
            return "an object that makes up its attributes"
        for one in every_node(node):
            match one:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self")), *_], value=value):
                    if word := self.word(value, {}):
                        return word
        return ""

    def word(self, node: ast.expr, known: _Words) -> str:
        """Describe the value of an expression if it cannot be stored; "" if it can."""
        match node:
            case ast.GeneratorExp():
                return GENERATOR
            case ast.Name(id=name):
                return known.get(name, "")
            case ast.Call():
                return self._word_of_call(node, known)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return self._first(parts, known)
            case ast.Dict(values=parts):
                return self._first(parts, known)
            case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.DictComp(value=part):
                return self.word(part, known)
            case ast.IfExp(body=body, orelse=other):
                return self._first((body, other), known)
            case ast.NamedExpr(value=value):
                return self.word(value, known)
            case _:
                return ""

    def _first(self, parts: Iterable[ast.expr], known: _Words) -> str:
        return next(filter(None, (self.word(part, known) for part in parts)), "")

    def _word_of_call(self, call: ast.Call, known: _Words) -> str:
        origin = origin_of(call.func, self._origins)
        match call.func:
            case ast.Name(id=name) if name in self._made:
                return self._made[name]
            case ast.Name(id=name) if not origin and name in _WRAPPERS:
                return self._first(call.args, known)
            case ast.Name(id=name) if not origin:
                return _WORDS.get(name, "")
            case ast.Attribute(value=owner, attr=attr) if not origin:
                if attr in self._made:
                    return self._made[attr]
                return (attr in _OF_ANOTHER and self.word(owner, known)) or _BY_METHOD.get(attr, "")
        if origin.startswith("itertools."):
            return self._first(call.args, known)
        if origin == "numpy.load":
            return FILE if any(".npz" in ast.unparse(one) for one in call.args) else ""
        return _WORDS.get(origin, "")

    def bound(self, body: Iterable[ast.stmt], known: _Words) -> dict[str, str]:
        """Return the names that hold such values after a body, beginning with `known`."""
        found = dict(known)
        for target, value in (pair for node in body for pair in _assignments(node)):
            for name, part in _pairs(target, value):
                word = self.word(part, found)
                found.pop(name, None)
                if word:
                    found[name] = word
        return found


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function without those of functions inside it."""
    for child in children(node):
        if not isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
            yield child
            yield from _own(child)


def _assignments(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.expr():
            return
        case _:
            for child in children(node):
                yield from _assignments(child)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ast.Tuple(elts=targets) | ast.List(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for one, part in zip(targets, values, strict=True):
                yield from _pairs(one, part)
        case ast.Tuple(elts=targets) | ast.List(elts=targets), _:
            yield from ((one.id, value) for one in targets if isinstance(one, ast.Name))
