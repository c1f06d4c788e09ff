"""Tells whether code only shows something: it prints, displays or draws, and changes nothing that others see."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from nbflow.flow.effects.statement_effects import origin_of
from nbflow.flow.effects.touching import VALUE_METHODS, is_seeded_sample
from nbflow.flow.names.scope import NameScope, root_of
from nbflow.flow.source.trees import children, every_node
from nbflow.notebook.init.lasting import Lasting

_BUILTINS = frozenset(
    (
        *("print", "display", "len", "sum", "min", "max", "round", "sorted", "type", "str", "repr", "abs", "list"),
        *("dict", "set", "tuple", "range", "enumerate", "zip", "isinstance", "format", "any", "all", "id", "dir"),
        *("hasattr", "int", "float", "bool", "reversed", "frozenset", "divmod", "chr", "ord", "bin", "hex", "slice"),
    )
)
_METHODS = VALUE_METHODS | frozenset(
    (
        *("mode", "size", "transpose", "query", "drop", "rename", "stack", "flatten", "item", "diff", "clip"),
        *("abs", "bar", "barh", "line", "scatter", "pie", "area", "kde", "density", "hexbin", "box"),
        *("background_gradient", "hide", "highlight_max", "highlight_min", "set_caption", "strip", "split"),
        *("join", "replace", "title", "capitalize", "center", "find", "index", "format", "contains", "len", "numpy"),
    )
)
_DRAWING = ("matplotlib.pyplot", "seaborn", "plotly", "altair", "bokeh", "IPython.display", "IPython.core.display")
_PURE = (
    *("numpy", "math", "statistics", "sklearn.metrics", "os.path", "pprint", "tabulate", "textwrap", "json.dumps"),
    *("pandas.DataFrame", "pandas.Series", "pandas.crosstab", "pandas.concat", "pandas.merge", "pandas.pivot_table"),
    *("pandas.to_datetime", "pandas.cut", "pandas.qcut", "pandas.isna", "pandas.isnull", "collections.Counter"),
    *("sys.getsizeof", "platform", "os.getcwd"),
)
_CHANGING = frozenset(
    (
        *("numpy.put", "numpy.copyto", "numpy.place", "numpy.putmask", "numpy.fill_diagonal", "numpy.put_along_axis"),
        *("numpy.seterr", "numpy.set_printoptions", "numpy.nditer", "numpy.memmap", "numpy.load"),
    )
)
_WRITING = ("save", "write", "dump", "to_", "export", "imsave", "tofile")
_KEEPING = frozenset({"to_string", "to_frame", "to_list", "to_dict", "to_numpy", "to_datetime", "to_markdown", "dumps"})
_STILL = frozenset({"__init__", "__new__", "__call__", "__enter__", "__exit__", "__post_init__", "__set_name__"})
_MAKE_ITERATORS = frozenset({"iter", "zip", "map", "filter", "enumerate", "reversed", "defaultdict"})
_LAZY_OF_POOLS = frozenset({"map", "imap", "imap_unordered"})


class Showing:
    """Knows from the whole notebook where names come from, and which of its own code may change something."""

    def __init__(self, trees: Iterable[ast.Module], origins: Mapping[str, str], lasting: Lasting) -> None:
        nodes = [node for tree in trees for node in every_node(tree)]
        self._origins = origins
        self._lasting = lasting
        self._code = {
            one.name for one in nodes if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
        self._is_alive = any(_changes_when_seen(one) for one in nodes if isinstance(one, ast.ClassDef))
        self._pools = {name for one in nodes for name, value in _bound_names(one) if self._makes_pool(value)}
        self._used_up = {name for one in nodes for name in self._iterators(one)}
        self._bound = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}

    def _iterators(self, node: ast.AST) -> Iterable[str]:
        """Return the names bound to a value that is used up, or filled, by reading it."""
        if not isinstance(node, ast.Assign | ast.AnnAssign | ast.With) or getattr(node, "value", node) is None:
            return ()
        if isinstance(node, ast.With):
            return [one.optional_vars.id for one in node.items if isinstance(one.optional_vars, ast.Name)]
        assert node.value is not None
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [one.id for target in targets for one in every_node(target) if isinstance(one, ast.Name)]
        return names if self._makes_iterator(node.value) else ()

    def _makes_iterator(self, value: ast.expr) -> bool:
        if self._lasting.word(value, {}):
            return True
        calls = [one.func for one in every_node(value) if isinstance(one, ast.Call)]
        if "defaultdict" in map(_last_name, calls):
            return True
        outer = value.func if isinstance(value, ast.Call) else None
        origin = origin_of(outer, self._origins) if outer else ""
        match outer:
            case ast.Attribute(value=owner, attr=attr) if not origin:  # `map` of a Series makes a Series
                return attr in _LAZY_OF_POOLS and self._is_pool(owner)
            case None:
                return False
        return _last_name(outer) in _MAKE_ITERATORS or origin.startswith("itertools.")

    def _is_pool(self, node: ast.expr) -> bool:
        return node.id in self._pools if isinstance(node, ast.Name) else self._makes_pool(node)

    def _makes_pool(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and origin_of(node.func, self._origins).endswith(("Executor", "Pool"))

    def only_shows(self, statements: Iterable[ast.stmt]) -> bool:
        """Tell whether these statements of one cell, in this order, only show something."""
        drawn: set[str] = set()
        return all(self._shows(one, drawn) for one in statements)

    def _shows(self, node: ast.stmt, drawn: set[str]) -> bool:
        match node:
            case ast.Expr(value=value):
                return self._is_harmless(value, drawn)
            case ast.Pass():
                return True
            case ast.For(target=target, iter=iterable, body=body, orelse=[]):
                if not self._is_harmless(iterable, drawn):
                    return False
                if not drawn.isdisjoint(_names(iterable)):
                    drawn |= _names(target)
                return _is_name(target) and all(self._shows(one, drawn) for one in body)
            case ast.If(test=test, body=body, orelse=other):
                return self._is_harmless(test, drawn) and all(self._shows(one, drawn) for one in (*body, *other))
            case ast.With(items=items, body=body):
                inside = all(one.optional_vars is None and self._is_harmless(one.context_expr, drawn) for one in items)
                return inside and all(self._shows(one, drawn) for one in body)
            case ast.Assign(targets=[target], value=value) if _is_name(target) and self._draws(value, drawn):
                drawn |= _names(target)
                return self._is_harmless(value, drawn)
            case _:
                return False

    def _draws(self, value: ast.expr, drawn: set[str]) -> bool:
        """Tell whether a value is a figure or a part of one."""
        match value:
            case ast.Call(func=ast.Attribute(value=owner, attr=attr) as func):
                origin = origin_of(func, self._origins)
                return origin.startswith(_DRAWING) or attr in ("plot", "hist", "boxplot") or self._draws(owner, drawn)
            case ast.Call(func=func):
                return origin_of(func, self._origins).startswith(_DRAWING)
            case ast.Attribute() | ast.Subscript():
                return root_of(value) in drawn
            case _:
                return False

    def _is_harmless(self, node: ast.AST, drawn: set[str]) -> bool:
        match node:
            case ast.Constant():
                return True
            case ast.Name(id=name):
                return not (self._is_alive or name in self._code or name in self._used_up)
            case ast.Attribute(attr=attr) if attr in self._code:
                return False
            case ast.Call():
                return self._is_harmless_call(node, drawn)
            case ast.Await() | ast.Yield() | ast.YieldFrom() | ast.NamedExpr():
                return False
            case _:
                return all(self._is_harmless(one, drawn) for one in children(node))

    def _is_harmless_call(self, call: ast.Call, drawn: set[str]) -> bool:
        given = [*call.args, *(one.value for one in call.keywords)]
        if any(one.arg in ("inplace", "out") for one in call.keywords):
            return False
        if is_seeded_sample(call):
            return all(self._is_harmless(one, drawn) for one in (*children(call.func), *given))
        return all(self._is_harmless(one, drawn) for one in given) and self._is_harmless_callee(call.func, drawn)

    def _is_harmless_callee(self, func: ast.expr, drawn: set[str]) -> bool:
        origin = origin_of(func, self._origins)
        last = origin.rpartition(".")[2]
        if last.startswith(_WRITING) and last not in _KEEPING:
            return False
        if origin.startswith(_DRAWING):
            return True
        if origin:
            return origin.startswith(_PURE) and origin not in _CHANGING and not origin.startswith("numpy.random")
        match func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython"))):
                return True  # IPython lines are checked by `settle_plan`
            case ast.Name(id=name):
                return name in _BUILTINS and name not in self._bound and name not in self._code
            case ast.Attribute(value=owner, attr=attr):
                if attr in self._code or not self._is_harmless(owner, drawn):
                    return False
                is_drawn = root_of(owner) in drawn or self._draws(owner, drawn)
                return attr in _METHODS or (is_drawn and (attr in _KEEPING or not attr.startswith(_WRITING)))
            case _:
                return False


def _last_name(func: ast.expr) -> str:
    """Return the last part of the name of a function; "" if it has none."""
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _bound_names(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a statement binds to one value each."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((one.id, value) for one in targets if isinstance(one, ast.Name))
        case ast.With(items=items):
            yield from (
                (one.optional_vars.id, one.context_expr) for one in items if isinstance(one.optional_vars, ast.Name)
            )


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in every_node(node) if isinstance(one, ast.Name)}


def _is_name(target: ast.expr) -> bool:
    return all(isinstance(one, ast.Name | ast.Tuple | ast.List | ast.Starred) for one in every_node(target))


def _changes_when_seen(node: ast.ClassDef) -> bool:
    """Tell whether printing, comparing or iterating over an object may change it."""
    methods = (one for one in node.body if isinstance(one, ast.FunctionDef))
    special = (one for one in methods if one.name.startswith("__") and one.name not in _STILL and "set" not in one.name)
    return any(one.name == "__next__" or NameScope.of_function(one).mutated for one in special)
