"""Finds what a statement of an ordinary cell changes by walking what it executes and the functions it calls."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from nbflow.flow.effects.library_calls import asks_whether_it_is_there, makes_folder, sets_process
from nbflow.flow.effects.statement_effects import (
    Aliases,
    DefinitionNode,
    KnownEffects,
    Touched,
    aliases_of,
    body_of,
    called,
    executed,
    imports_of,
    layered,
    locals_of,
    origin_of,
    shared_by,
)
from nbflow.flow.names.scope import MUTATORS, arguments_of
from nbflow.flow.source.trees import every_node

_MUTATING = MUTATORS | frozenset(
    (
        *("reverse", "popitem", "discard", "appendleft", "extendleft", "popleft", "rotate", "subtract", "fill", "put"),
        *("difference_update", "intersection_update", "symmetric_difference_update", "move_to_end", "resize"),
        *("setflags", "partition", "register", "__setitem__", "__delitem__", "__setattr__"),
    )
)
_READING = frozenset(
    (
        *("keys", "values", "items", "get", "copy", "index", "count", "most_common", "elements", "issubset", "format"),
        *("cache_clear", "cache_info", "tolist", "sum", "mean", "min", "max", "std", "astype", "reshape", "round"),
        *("head", "tail", "info", "describe", "show", "plot", "display", "summary", "view", "print", "to_string"),
        *("debug", "warning", "error", "critical", "exception", "log", "union", "intersection", "difference"),
        *("isdisjoint", "issuperset", "mro", "__subclasses__", "search", "match", "findall", "strftime", "isoformat"),
        *("exists", "is_file", "is_dir", "iterdir", "glob", "rglob", "read_text", "resolve", "hex", "any", "all"),
        *("mkdir", "unlink", "rmdir", "touch", "write_text", "write_bytes", "rename", "join", "lower", "upper"),
    )
)
VALUE_METHODS = frozenset(
    (
        *("head", "tail", "describe", "info", "mean", "median", "std", "var", "min", "max", "sum", "count", "nunique"),
        *("unique", "value_counts", "isnull", "isna", "notnull", "notna", "any", "all", "corr", "cov", "quantile"),
        *("idxmax", "idxmin", "argmax", "argmin", "groupby", "agg", "aggregate", "nlargest", "nsmallest", "round"),
        *("sort_values", "sort_index", "reset_index", "set_index", "astype", "to_string", "to_frame", "to_list"),
        *("tolist", "to_dict", "to_numpy", "to_markdown", "copy", "memory_usage", "select_dtypes", "isin", "between"),
        *("dropna", "fillna", "drop_duplicates", "duplicated", "pivot", "pivot_table", "unstack", "melt", "crosstab"),
        *("reshape", "ravel", "dot", "cumsum", "cumprod", "pct_change", "rolling", "resample", "skew", "kurt"),
        *("hist", "boxplot", "plot", "keys", "values", "items", "upper", "lower", "lstrip", "rstrip", "startswith"),
        *("endswith", "ljust", "rjust", "zfill", "most_common", "isoformat", "strftime", "total_seconds", "summary"),
        *("get_params", "score", "predict", "predict_proba", "day_name", "month_name", "get_feature_names_out"),
        *("bit_length", "is_integer"),
    )
)
"""Names methods of well-known libraries that change nothing."""

_FIRST_ARGUMENT = frozenset(
    (
        *("setattr", "delattr", "heapq.heappush", "heapq.heappop", "heapq.heapify", "heapq.heapreplace"),
        *("bisect.insort", "bisect.insort_left", "bisect.insort_right", "operator.setitem", "operator.delitem"),
        *("operator.iadd", "operator.iconcat", "operator.ior", "random.shuffle", "numpy.random.shuffle"),
        *("numpy.put", "numpy.place", "numpy.copyto", "numpy.fill_diagonal", "numpy.putmask"),
        *("list.append", "list.extend", "list.sort", "dict.update", "dict.setdefault", "set.add", "set.update"),
        *("object.__setattr__", "type.__setattr__", "list.insert", "list.remove", "list.pop", "dict.pop"),
        *("functools.update_wrapper",),
    )
)


_LOOKING = frozenset(
    (
        *("print", "display", "len", "repr", "str", "type", "id", "hash", "bool", "dir", "vars", "isinstance"),
        *("callable", "hasattr", "getattr", "issubclass", "format", "enumerate", "zip", "reversed", "iter", "list"),
        *("tuple", "set", "dict", "range", "help"),
    )
)
"""Builtins that call no function that they are given."""

_DEPTH = 60
"""The most functions that may call each other in a chain and are followed one by one."""


def touch(node: ast.stmt, known: KnownEffects) -> Touched:
    """Return what the statement changes if it is executed after those in `known`."""
    walk = _Walk(known, asks=asks_whether_it_is_there(node))
    nodes = list(executed(node))
    walk.origins = layered(known.origins, imports_of(nodes))
    walk.look(nodes, aliases_of(nodes, walk.origins), frozenset())
    walk.look_inside_all()
    if isinstance(node, ast.Expr):
        walk.look_at_thrown_away(node.value)
    deleted = {part.id for part in nodes if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Del)}
    return Touched(known.reached(walk.changed) | deleted, walk.setting, frozenset(walk.shared))


class _Walk:
    """Walks executed code and collects what it changes.

    A function that is mentioned in a call counts as called: `list(map(register, names))` calls `register`. Counting a
    harmless call as a change does no damage, because the carried value stays the same.
    """

    def __init__(
        self, known: KnownEffects, judged: dict[int, bool] | None = None, *, asks: bool = False, depth: int = 0
    ) -> None:
        self.known = known
        self._asks, self._depth = asks, depth
        self.origins: Mapping[str, str] = known.origins
        self.changed: set[str] = set()
        self.shared: set[str] = set()
        self.setting = False
        self._entered: set[int] = set()
        self._agenda: list[DefinitionNode] = []  # what the code calls and was not looked at yet
        self._judged: dict[int, bool] = {} if judged is None else judged  # whether a function changes its arguments

    def look(self, nodes: Iterable[ast.AST], aliases: Aliases, hidden: frozenset[str]) -> None:
        """Look at nodes for changes. `hidden` are local names, which other code cannot see."""
        for node in nodes:
            match node:
                case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                    self._change(node.value, aliases, hidden)
                case ast.Call():
                    self._call(node, aliases, hidden)
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    self._decorate(node, aliases, hidden)
                case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                    self.shared |= shared_by(value, aliases) - hidden
                    self.setting |= sets_process(self._origin(called(value)), assigned=True)
                case ast.Expr(value=value):
                    self.setting |= self._sets(value)

    def _origin(self, node: ast.expr) -> str:
        return origin_of(node, self.origins)

    def _sets(self, node: ast.expr) -> bool:
        call = node.value if isinstance(node, ast.Await) else node
        if not isinstance(call, ast.Call):
            return False
        asks = self._asks
        return sets_process(self._origin(call.func), call=call, asks=asks) or makes_folder(call, asks=asks)

    def _change(self, node: ast.expr, aliases: Aliases, hidden: frozenset[str]) -> None:
        if self._origin(node):
            self.setting = True
            return
        for name in shared_by(node, aliases) - hidden:
            if name in self.origins:
                self.setting |= _is_plain(node)
            else:
                self.changed.add(name)

    # calls

    def _call(self, node: ast.Call, aliases: Aliases, hidden: frozenset[str]) -> None:
        func = node.func
        if isinstance(func, ast.Attribute) and self._changes_receiver(node, func) and not self._origin(func):
            self._change(func.value, aliases, hidden)
        if node.args and (self._origin(func) or ast.unparse(func)) in _FIRST_ARGUMENT:
            self._change(node.args[0], aliases, hidden)
        body = self._body(func, hidden)
        if body is not None and self._changes_arguments(body):
            for argument in (*node.args, *(one.value for one in node.keywords)):
                self._change(argument, aliases, hidden)
        self._enter_all(node, hidden)
        for part in _may_be_called(node):
            for name in self.known.reached(shared_by(part, aliases) - hidden):
                self._enter(name)

    def _changes_receiver(self, node: ast.Call, func: ast.Attribute) -> bool:
        if isinstance(func.value, ast.Name) and func.value.id in self.known.generators:
            return True
        inplace = any(one.arg == "inplace" and getattr(one.value, "value", None) is True for one in node.keywords)
        return inplace or func.attr in _MUTATING

    def look_at_thrown_away(self, node: ast.expr) -> None:
        """Treat a method call whose value is not used as a change of its object, unless it is known to make none."""
        call = node.value if isinstance(node, ast.Await) else node
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            return
        if not (self._origin(call.func) or self._only_returns(call.func.attr) or is_seeded_sample(call)):
            imported = frozenset(name for name in shared_by(call.func.value, {}) if name in self.origins)
            self._change(call.func.value, {}, imported)

    def _only_returns(self, method: str) -> bool:
        """Return whether methods of this name change nothing, those of the notebook's own classes included."""
        own = self.known.methods.get(method, ())
        is_known = method in _READING or method in VALUE_METHODS
        return is_known and not any(self._changes_arguments(one) for one in own)

    def _body(self, func: ast.expr, hidden: frozenset[str]) -> DefinitionNode | None:
        return self.known.bodies.get(func.id) if isinstance(func, ast.Name) and func.id not in hidden else None

    def _enter_all(self, node: ast.AST, hidden: frozenset[str]) -> None:
        for part in every_node(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id not in hidden:
                self._enter(part.id)

    def _enter(self, name: str) -> None:
        body = self.known.bodies.get(name)
        if body is not None and id(body) not in self._entered:
            self._entered.add(id(body))
            self._agenda.append(body)

    def look_inside_all(self) -> None:
        """Look at what the functions change that are called, and those that they call, each of them once."""
        outside = self.origins
        while self._agenda:
            self._look_inside(self._agenda.pop(), outside)

    def _look_inside(self, body: DefinitionNode, outside: Mapping[str, str]) -> None:
        """Look at what a function changes when it is called. A class is called to make an instance."""
        nodes = body_of(body)
        self.origins = layered(outside, imports_of(nodes))
        self.look(nodes, aliases_of(nodes, self.origins), locals_of(body, nodes))
        for node in nodes:
            if isinstance(node, ast.Global):
                self.changed.update(node.names)
        self.origins = outside

    def _changes_arguments(self, body: DefinitionNode) -> bool:
        """Return whether a function may change its arguments, itself or through the functions it gives them to.

        One that calls itself on the way changes no more by that. Beyond a depth that the stack allows, it counts as
        changing them.
        """
        if isinstance(body, ast.ClassDef):
            return False
        if id(body) not in self._judged:
            if self._depth == _DEPTH:
                return True
            self._judged[id(body)] = False
            inside = _Walk(self.known, self._judged, depth=self._depth + 1)
            nodes = body_of(body)
            inside.look(nodes, aliases_of(nodes, inside.origins), frozenset())
            self._judged[id(body)] = not inside.changed.isdisjoint(arguments_of(body))
        return self._judged[id(body)]

    # definitions that change other objects when they are executed

    def _decorate(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, aliases: Aliases, hidden: frozenset[str]
    ) -> None:
        for decorator in node.decorator_list:
            target = called(decorator)
            if origin := self._origin(target):
                self.setting |= sets_process(origin, decorating=True)
            elif isinstance(target, ast.Attribute):
                self._change(target.value, aliases, hidden)
            self._enter_all(decorator, hidden)
        if isinstance(node, ast.ClassDef):
            self._derive(node)

    def _derive(self, node: ast.ClassDef) -> None:
        parents = {part.id for base in node.bases for part in every_node(base) if isinstance(part, ast.Name)}
        parents |= {one.value.id for one in node.keywords if isinstance(one.value, ast.Name)}
        for name in parents:
            body = self.known.bodies.get(name)
            if isinstance(body, ast.ClassDef):
                if self.known.watches_subclasses or _looks_at_derived(body):
                    self.changed.add(name)
                    self._enter(name)
                self._derive(body)


def _may_be_called(call: ast.Call) -> Iterator[ast.expr]:
    """Yield what a call calls, or gives to code that may call it, such as `H["a"]` and `f` of `H["a"](f)`."""
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr in _READING | _MUTATING:
        return
    yield func
    if ast.unparse(func) not in _LOOKING:
        yield from (*call.args, *(one.value for one in call.keywords))


def _is_plain(node: ast.expr) -> bool:
    """Return whether an expression has only names, attributes and items, so that it is part of an existing object."""
    return not any(isinstance(part, ast.Call) for part in every_node(node))


def _looks_at_derived(body: ast.ClassDef) -> bool:
    """Return whether a class runs code when a class is derived from it: through a hook or a metaclass."""
    if any(keyword.arg == "metaclass" for keyword in body.keywords):
        return True
    names = ("__init_subclass__", "__new__", "__set_name__", "__prepare__")
    return any(isinstance(one, ast.FunctionDef) and one.name in names for one in body.body)


def is_seeded_sample(call: ast.Call) -> bool:
    """Tell whether a call picks rows by a seed of its own, so that it draws from no generator that others use."""
    seeds = (one.value for one in call.keywords if one.arg == "random_state")
    is_sample = isinstance(call.func, ast.Attribute) and call.func.attr == "sample"
    return is_sample and any(isinstance(one, ast.Constant) and isinstance(one.value, int) for one in seeds)
