"""Decides which expressions may be shared code: their value is the same wherever and whenever they run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nbflow.flow.source.trees import children, every_node

_BY_MODULE = {
    "collections": ("Counter", "OrderedDict", "defaultdict", "deque", "namedtuple"),
    "dataclasses": ("field", "make_dataclass"),
    "datetime": ("date", "date.fromisoformat", "datetime", "datetime.fromisoformat", "time", "timedelta", "timezone"),
    "decimal": ("Decimal", "getcontext"),
    "enum": ("Enum", "IntEnum", "StrEnum"),
    "fractions": ("Fraction",),
    "functools": ("cache", "lru_cache", "partial"),
    "importlib": ("import_module",),
    "itertools": ("count", "cycle"),
    "logging": ("getLogger",),
    "numpy": ("arange", "array", "datetime64", "dtype", "float32", "float64", "int32", "int64", "linspace", "logspace"),
    "operator": ("attrgetter", "itemgetter", "methodcaller"),
    "os": (
        *(
            "environ.get",
            "fspath",
            "getcwd",
            "getenv",
            "path.abspath",
            "path.basename",
            "path.dirname",
            "path.expanduser",
            "path.join",
        ),
        *("path.normpath", "path.realpath", "path.relpath", "path.split", "path.splitext"),
    ),
    "pandas": ("CategoricalDtype", "Timedelta", "Timestamp"),
    "pathlib": ("Path", "Path.cwd", "Path.home", "PurePath", "PurePosixPath", "PureWindowsPath"),
    "re": ("compile",),
    "string": ("Template",),
    "types": ("MappingProxyType", "SimpleNamespace"),
    "typing": ("NamedTuple", "NewType", "ParamSpec", "TypeVar", "TypedDict", "cast"),
    "uuid": ("UUID",),
    "zoneinfo": ("ZoneInfo",),
}
_OF_PATHS = frozenset(
    (
        *("absolute", "as_posix", "as_uri", "expanduser", "is_absolute", "joinpath", "relative_to", "resolve"),
        *("with_name", "with_stem", "with_suffix"),
    )
)
_OF_TEXTS = frozenset(
    (
        *("capitalize", "casefold", "encode", "endswith", "format", "join", "lower", "lstrip", "removeprefix"),
        *("removesuffix", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper", "zfill"),
    )
)
IMPORTERS = frozenset({"import_module", "__import__"})
_BUILTIN = (
    "__import__",
    *("abs", "bool", "bytearray", "bytes", "chr", "complex", "dict", "divmod", "float", "frozenset", "int", "len"),
    *("list", "max", "min", "object", "ord", "pow", "range", "round", "set", "slice", "sorted", "str", "sum", "tuple"),
)
CONSTRUCTORS = frozenset(_BUILTIN) | {f"{module}.{name}" for module, names in _BY_MODULE.items() for name in names}

SEEDED = frozenset(
    (
        *("random.Random", "numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence"),
        *("numpy.random.Generator", "numpy.random.PCG64", "numpy.random.MT19937", "numpy.random.Philox"),
    )
)
"""These random generators draw the same numbers each time if they are given a seed."""


@dataclass(frozen=True, slots=True)
class Purity:
    """Judges expressions. `is_known` tells which names have values from the prelude; `origins` maps imported names to
    dotted origins.
    """

    is_known: Callable[[str], bool]
    origins: Mapping[str, str]

    def is_pure(self, node: ast.expr | None) -> bool:
        """Return whether an expression has the same value wherever and whenever it runs."""
        match node:
            case None | ast.Constant() | ast.Lambda():
                return True
            case ast.Name(id=name):
                return self.is_known(name)
            case ast.Call():
                return self._is_pure_call(node)
            case ast.ListComp() | ast.SetComp() | ast.DictComp():
                return self._is_pure_comprehension(node)
            case ast.GeneratorExp():
                return False  # reading a generator uses it up
            case ast.Await() | ast.Yield() | ast.YieldFrom() | ast.NamedExpr():
                return False
            case _:
                return all(self.is_pure(part) for part in children(node) if isinstance(part, ast.expr))

    def _is_pure_call(self, call: ast.Call) -> bool:
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        is_known = self._is_pure_callee(call.func) or self._is_replaced_text(call) or self._is_seeded(call)
        return is_known and all(map(self._is_pure_argument, arguments))

    def _is_pure_argument(self, node: ast.expr) -> bool:
        return self._is_pure_comprehension(node) if isinstance(node, ast.GeneratorExp) else self.is_pure(node)

    def _is_pure_callee(self, func: ast.expr) -> bool:
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Constant | ast.JoinedStr):
            return self.is_pure(func.value)  # a method of a text, such as "a b".split()
        if isinstance(func, ast.Attribute) and func.attr in _OF_PATHS | _OF_TEXTS and self.is_pure(func.value):
            return True
        return self._origin(func) in CONSTRUCTORS

    def _is_seeded(self, call: ast.Call) -> bool:
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        seed = next((one for one in given if not isinstance(one, ast.Constant) or one.value is not None), None)
        return seed is not None and self._origin(call.func) in SEEDED

    def _is_replaced_text(self, call: ast.Call) -> bool:
        """Return whether a call is `text.replace("a", "b")`. With one argument, `replace` renames a path."""
        match call.func:
            case ast.Attribute(value=value, attr="replace"):
                return len(call.args) > 1 and self.is_pure(value)
            case _:
                return False

    def _origin(self, func: ast.expr) -> str:
        """Return the dotted origin of a function, such as "pathlib.Path" for an imported `Path`, or ""."""
        match func:
            case ast.Name(id=name):
                return self.origins.get(name, name)
            case ast.Attribute(value=inner, attr=attr):
                outer = self._origin(inner)
                return f"{outer}.{attr}" if outer else ""
            case _:
                return ""

    def _is_pure_comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> bool:
        targets = {
            part.id for loop in node.generators for part in every_node(loop.target) if isinstance(part, ast.Name)
        }
        inside = Purity(lambda name: name in targets or self.is_known(name), self.origins)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        parts = [part for loop in node.generators for part in (loop.iter, *loop.ifs)]
        return all(inside.is_pure(part) for part in (*results, *parts))


def asks_for_folder(source: str) -> bool:
    """Return whether a value may depend on the working folder."""
    return _ASKING.search(source) is not None


_ASKING = re.compile(r"cwd\(|abspath\(|realpath\(|relpath\(|\.absolute\(|\.resolve\(")


def origins_of(node: ast.AST) -> dict[str, str]:
    """Return the absolute dotted origin of each name that an import binds."""
    match node:
        case ast.Import(names=aliases):
            whole = {alias.asname: alias.name for alias in aliases if alias.asname}
            roots = [alias.name.partition(".")[0] for alias in aliases if not alias.asname]
            return whole | {root: root for root in roots}
        case ast.ImportFrom(module=module, names=aliases):
            return {alias.asname or alias.name: f"{module}.{alias.name}" for alias in aliases}
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if origin := called_origin(value):
            return {name: origin}
        case _:
            return {}


def called_origin(node: ast.expr) -> str:
    """Return the origin of `import_module("a.b").c`, or the text of the call if the module is not a literal."""
    match node:
        case ast.Attribute(value=inner, attr=attr):
            outer = called_origin(inner)
            return outer and f"{outer}.{attr}"
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[module, *_]) if name in IMPORTERS:
            text = module.value if isinstance(module, ast.Constant) else None
            whole = text if isinstance(text, str) and not text.startswith(".") else ast.unparse(node)
            return whole.partition(".")[0] if name == "__import__" and whole is text else whole
        case _:
            return ""
