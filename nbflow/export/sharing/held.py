"""Describes where the objects in a value come from, and what functions do that are known by name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from nbflow.flow.names.scope import FunctionNode

Root = tuple[str, object]
"""Names a place in a step's code where objects are made, or a parameter of a function. Equal roots may share."""

PRELUDE = "%prelude"
"""Takes the place of a step in roots of objects that an ordinary cell makes."""

Roots = frozenset[Root]
NONE: Roots = frozenset()


@dataclass(frozen=True, slots=True)
class HeldObject:
    """Says where a value may come from: `shell` for the object itself, `content` for everything that it reaches.

    An object that cannot be changed has no shell, and no roots at all if it holds nothing that can be changed.
    """

    shell: Roots = NONE
    content: Roots = NONE

    def __or__(self, other: HeldObject) -> HeldObject:
        return HeldObject(self.shell | other.shell, self.content | other.content)

    @property
    def deep(self) -> Roots:
        return self.shell | self.content

    @property
    def inside(self) -> HeldObject:
        """Return an item or an attribute of it, or a view of its memory."""
        return HeldObject(self.content, self.content)


NOTHING = HeldObject()


def together(values: Iterable[HeldObject]) -> HeldObject:
    found = NOTHING
    for value in values:
        found |= value
    return found


@dataclass(frozen=True, slots=True)
class Effect:
    """Says what a function does to its parameters: roots are (name, "shell") and (name, "content")."""

    changed: Roots = NONE
    returned: HeldObject = NOTHING


class Definitions(Protocol):
    """Answers what a walk asks about the functions, methods and classes of the flow, by name."""

    origins: dict[str, str]
    functions: dict[str, list[FunctionNode]]
    methods: dict[str, list[FunctionNode]]
    makers: dict[str, list[FunctionNode]]

    def changes_when_read(self, attribute: str) -> bool: ...

    def effect(self, function: FunctionNode) -> Effect: ...

    def call(
        self, function: FunctionNode, arguments: Sequence[HeldObject], named: dict[str, HeldObject], own: Roots
    ) -> Effect: ...


CONTAINER_METHODS = frozenset(
    (
        *("append", "extend", "insert", "update", "add", "pop", "remove", "clear", "sort", "setdefault", "reverse"),
        *("popitem", "discard", "appendleft", "extendleft", "popleft", "rotate", "subtract", "fill", "put", "resize"),
        *("difference_update", "intersection_update", "symmetric_difference_update", "move_to_end", "setflags"),
        *("partition", "__setitem__", "__delitem__", "__setattr__", "itemset", "byteswap", "setfield"),
    )
)
"""Names methods that change their object and nothing in it."""

CHANGING_METHODS = frozenset(
    (
        *(
            "fit",
            "partial_fit",
            "fit_transform",
            "fit_predict",
            "fit_resample",
            "register",
            "train",
            "step",
            "backward",
        ),
        *("set_params", "load_state_dict", "train_on_batch", "learn", "compile"),
        *(
            "random",
            "normal",
            "integers",
            "choice",
            "choices",
            "uniform",
            "permutation",
            "permuted",
            "randint",
            "gauss",
        ),
        *("standard_normal", "poisson", "binomial", "exponential", "multivariate_normal", "rand", "randn", "spawn"),
    )
)
"""Names methods that change their object or something in it, and whose values are also used, as draws of numbers."""

READING_METHODS = frozenset(
    (
        *("keys", "values", "items", "get", "copy", "index", "count", "most_common", "elements", "issubset", "format"),
        *(
            "tolist",
            "sum",
            "mean",
            "min",
            "max",
            "std",
            "astype",
            "reshape",
            "round",
            "head",
            "tail",
            "info",
            "describe",
        ),
        *("show", "plot", "hist", "boxplot", "display", "summary", "view", "print", "to_string", "union", "isdisjoint"),
        *("debug", "warning", "error", "critical", "exception", "log", "intersection", "difference", "issuperset"),
        *("savefig", "write", "writelines", "flush", "seek", "join", "lower", "upper", "predict", "transform", "score"),
        *("score", "report", "dump", "dumps", "exists", "mkdir", "unlink", "touch", "write_text", "write_bytes"),
    )
)
"""Names methods that are called for their value; methods that begin with `to_`, `plot_` or `save` count too."""

FIRST_ARGUMENT = frozenset(
    (
        *("setattr", "delattr", "next", "operator.setitem", "operator.delitem", "operator.iadd", "operator.iconcat"),
        *("heapq.heappush", "heapq.heappop", "heapq.heapify", "heapq.heapreplace", "heapq.heappushpop"),
        *(
            "bisect.insort",
            "bisect.insort_left",
            "bisect.insort_right",
            "operator.ior",
            "operator.iand",
            "operator.imul",
        ),
        *("random.shuffle", "numpy.random.shuffle", "numpy.put", "numpy.place", "numpy.copyto", "numpy.fill_diagonal"),
        *("numpy.putmask", "numpy.put_along_axis", "object.__setattr__", "functools.update_wrapper"),
        *("list.append", "list.extend", "list.sort", "list.insert", "list.remove", "list.pop", "list.reverse"),
        *("dict.update", "dict.setdefault", "dict.pop", "dict.clear", "set.add", "set.update", "set.discard"),
    )
)
"""Names functions that change their first argument, by origin or as they are written."""

FIXED_RESULT = frozenset(
    (
        *("len", "str", "int", "float", "bool", "complex", "repr", "hash", "ord", "chr", "bytes", "range", "format"),
        *(
            "print",
            "isinstance",
            "issubclass",
            "hasattr",
            "callable",
            "type",
            "id",
            "ascii",
            "bin",
            "hex",
            "any",
            "all",
        ),
    )
)
"""Names functions whose results cannot be changed."""

CONTAINERS = frozenset(
    (
        *("list", "dict", "set", "tuple", "sorted", "frozenset", "bytearray", "iter", "zip", "enumerate", "reversed"),
        *("map", "filter", "collections.Counter", "collections.deque", "collections.OrderedDict"),
    )
)
"""Names functions that return a new object with exactly the contents of the old ones."""

NEW_FUNCTIONS = frozenset(
    (
        *("copy.copy", "numpy.array", "numpy.sort"),
        *("numpy.concatenate", "numpy.stack", "numpy.vstack", "numpy.hstack", "pandas.DataFrame", "pandas.concat"),
        *("pandas.merge", "pandas.get_dummies"),
        *("numpy.where", "numpy.sqrt", "numpy.exp", "numpy.log", "sklearn.base.clone"),
    )
)
"""Names functions that return a new object, which may hold contents of the old ones."""

NEW_METHODS = frozenset(
    (
        *("copy", "dropna", "fillna", "drop", "assign", "astype", "reset_index", "set_index", "rename", "sort_values"),
        *("sort_index", "merge", "query", "drop_duplicates", "replace", "apply", "map", "agg", "pivot", "pivot_table"),
        *("melt", "head", "tail", "sample", "nlargest", "nsmallest", "filter", "where", "clip", "join", "tolist"),
        *("items", "values", "keys", "itertuples", "iterrows", "groupby", "elements", "most_common", "splitlines"),
        *("union", "intersection", "difference", "to_frame", "to_dict", "cumsum", "rank", "round", "isin", "isna"),
    )
)
"""Names methods that return a new object, which may hold contents of the old one."""

APART = frozenset(("sum", "copy.deepcopy", "numpy.mean", "numpy.sum", "numpy.zeros", "numpy.ones", "numpy.arange"))
"""Names functions whose results share no objects with anything else."""

APART_METHODS = frozenset(
    ("sum", "mean", "std", "var", "median", "count", "nunique", "value_counts", "size", "score", "predict", "split")
)


def is_copying(index: ast.expr) -> bool:
    """Tell whether `x[index]` is a copy for arrays and frames: the index is a condition or a list."""
    inner = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
    match inner:
        case ast.Compare() | ast.List():
            return True
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr(), right=right):
            return is_copying(left) or is_copying(right)
        case ast.UnaryOp(op=ast.Invert()):
            return True
        case _:
            return False


def is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float | complex)


def is_reading(name: str) -> bool:
    return name in READING_METHODS or name.startswith(("to_", "plot_", "save", "is_", "get_"))
