"""Computes the paths that expressions may mean: literals, `Path(…) / "x"`, joins, f-strings of constants and
parameters.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import TypeGuard

from nbflow.flow.files.pathtexts import UNKNOWN, changed_path, joined_path, path_part
from nbflow.flow.files.space import Space
from nbflow.flow.names.scope import FunctionNode
from nbflow.flow.names.values import BoundValue, bindings_of
from nbflow.flow.source.trees import every_node

_MANY = 64
"""The most paths that an expression may mean. An expression with more is treated as unknown."""

_DEPTH = 24
"""The most steps in which the values of names are followed."""

EACH, SOME = object(), object()
"""They stand for a key of a container: EACH for the values that a loop over it gives, SOME for an unknown key."""


def paths_of(node: ast.expr, space: Space) -> tuple[str, ...]:
    """Return the texts that an expression may mean, with UNKNOWN for parts that cannot be computed."""
    return _Reading(space).texts(node)


@dataclass(frozen=True)
class _Reading:
    """Reads the texts of expressions in one space."""

    space: Space
    depth: int = 0
    following: frozenset[tuple[str, int]] = frozenset()  # names whose values are being read: (name, id of the space)

    def texts(self, node: ast.expr) -> tuple[str, ...]:
        """Return the texts that an expression may mean."""
        if self.depth > _DEPTH:
            return (UNKNOWN,)
        found = tuple(dict.fromkeys(islice(self._texts(node), _MANY + 1)))
        return found if 0 < len(found) <= _MANY else (UNKNOWN,)

    def _at(self, space: Space, name: str = "") -> _Reading:
        return _Reading(space, self.depth + 1, self.following | {(name, id(space))} if name else self.following)

    def _in(self, node: ast.expr, space: Space) -> tuple[str, ...]:
        return self._at(space).texts(node)

    def _values(self, name: str) -> Iterator[tuple[BoundValue, _Reading]]:
        """Yield the values that a name may be bound to, each with the reading for its own names."""
        space = self.space.where(name)
        if space is not None and (name, id(space)) not in self.following and self.depth <= _DEPTH:
            reading = self._at(space, name)
            yield from ((bound, reading) for bound in space.bound.get(name, ()))

    def _texts(self, node: ast.expr) -> Iterable[str]:
        match node:
            case ast.Constant(value=str() | int() | float() as value) if not isinstance(value, bool):
                return (str(value),)
            case ast.Name(id=name):
                return self._named(name)
            case ast.JoinedStr(values=parts):
                return map("".join, product(*(self.texts(part) for part in parts)))
            case ast.FormattedValue(value=value, format_spec=None):
                return self.texts(value)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self._combine(joined_path, left, right)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._combine(lambda *parts: "".join(parts), left, right)
            case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=right):
                return self._fill(re.split(r"%[-+ #0-9.]*[a-z]", text), _parts(right))
            case ast.IfExp(body=one, orelse=other):
                return (*self.texts(one), *self.texts(other))
            case ast.BoolOp(values=values):
                return (text for value in values for text in self.texts(value))
            case ast.NamedExpr(value=value):
                return self.texts(value)
            case ast.Subscript(value=value, slice=key):
                return self._union(self.items(value, key.value if isinstance(key, ast.Constant) else SOME))
            case ast.Attribute(value=value, attr=attr):
                return self._attribute(value, attr)
            case ast.Call():
                return self._call(node)
            case _:
                return (UNKNOWN,)

    def _combine(self, combine: Callable[..., str], *nodes: ast.expr) -> Iterator[str]:
        return (combine(*parts) for parts in product(*map(self.texts, nodes)))

    def _fill(self, between: Sequence[str], values: Sequence[ast.expr]) -> Iterator[str]:
        """Put values between pieces of text."""
        given = [self.texts(value) for value in values[: len(between) - 1]]
        given += [(UNKNOWN,)] * (len(between) - 1 - len(given))
        for parts in product(*given):
            yield between[0] + "".join(part + text for part, text in zip(parts, between[1:], strict=True))

    def _union(self, bound: Iterable[tuple[ast.expr, Space]]) -> Iterator[str]:
        found = False
        for node, space in bound:
            found = True
            yield from self._at(space).texts(node)
        if not found:
            yield UNKNOWN

    # names

    def _named(self, name: str) -> Iterable[str]:
        space = self.space.where(name)
        if space is None:
            return ("",) if name == "__file__" else (UNKNOWN,)
        if name in space.known:
            return space.known[name]
        found = [text for bound, reading in self._values(name) for text in reading._bound(bound)]
        return found or (UNKNOWN,)

    def _bound(self, bound: BoundValue) -> Iterable[str]:
        match bound.kind:
            case "is":
                return self.texts(bound.value)
            case "each":
                return self._union(self.items(bound.value, EACH))
            case "part":
                parts = (self._at(space).items(node, bound.index) for node, space in self.items(bound.value, EACH))
                return self._union(one for found in parts for one in found)
            case _:
                return (UNKNOWN,)

    def items(self, node: ast.expr, key: object) -> Iterator[tuple[ast.expr, Space]]:
        """Yield the items of a container at a key, or all of them, each with the space of its names."""
        match node:
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                chosen = parts[key : key + 1 or None] if isinstance(key, int) else parts
                yield from ((part, self.space) for part in chosen)
            case ast.Dict(keys=keys, values=values):
                for one, value in zip(keys, values, strict=True):
                    if key is EACH:
                        yield one or value, self.space
                    elif key is SOME or not isinstance(one, ast.Constant) or one.value == key:
                        yield value, self.space
            case ast.Name(id=name):
                for bound, reading in self._values(name):
                    if bound.kind == "is":
                        yield from reading.items(bound.value, key)
            case ast.Subscript(value=outer, slice=inner):
                for one, space in self.items(outer, inner.value if isinstance(inner, ast.Constant) else SOME):
                    yield from self._at(space).items(one, key)
            case ast.Attribute(value=outer, attr=attr):
                for one, space in self._member(outer, attr):
                    yield from self._at(space).items(one, key)
            case ast.Call(func=ast.Name(id="sorted" | "list" | "tuple" | "set" | "reversed"), args=[inner, *_]):
                yield from self.items(inner, EACH)
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner, *_]):
                pairs = ((ast.Tuple([ast.Constant(None), one], ast.Load()), at) for one, at in self.items(inner, EACH))
                yield from pairs
            case ast.Call(func=ast.Name(id="zip"), args=columns):
                rows = zip(*(tuple(self.items(column, EACH)) for column in columns), strict=False)
                yield from ((ast.Tuple([one for one, _ in row], ast.Load()), self.space) for row in rows)
            case ast.Call() if (listed := self._listed(node)) is not None:
                yield from ((ast.Constant(text), self.space) for text in listed)
            case ast.Call(func=ast.Name(id="dict"), keywords=given):
                yield from ((one.value, self.space) for one in given if key in (SOME, one.arg))
            case ast.Call(func=ast.Attribute(value=inner, attr="items"), args=[]):
                yield from self._pairs(inner)
            case ast.Call(func=ast.Attribute(value=inner, attr="values" | "keys" as what), args=[]):
                yield from self.items(inner, SOME if what == "values" else EACH)
            case ast.ListComp(elt=part, generators=[loop]) | ast.GeneratorExp(elt=part, generators=[loop]):
                target = BoundValue.of_loop(loop.target, loop.iter)
                yield part, Space({name: (bound,) for name, bound in target}, outer=self.space)

    def _listed(self, call: ast.Call) -> Iterable[str] | None:
        """Return the paths that a function lists, with unknown parts in place of wildcards, or None for another
        function.
        """
        origin = self.space.origin(call.func)
        match call.func, call.args:
            case _, [pattern, *_] if origin in ("glob.glob", "glob.iglob"):
                texts = self.texts(pattern)
            case ast.Attribute(value=folder, attr="glob" | "rglob" as how), [pattern] if not origin:
                deep = [ast.Constant("**")] if how == "rglob" else []
                texts = tuple(self._combine(joined_path, folder, *deep, pattern))
            case ast.Attribute(value=folder, attr="iterdir"), [] if not origin:
                texts = tuple(self._combine(joined_path, folder, ast.Constant("*")))
            case _:
                return None
        return tuple(re.sub(r"(\*\*/)?\*+|\?|\[[^\]]*\]", UNKNOWN, text) for text in texts)

    def _pairs(self, node: ast.expr) -> Iterator[tuple[ast.expr, Space]]:
        match node:
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                yield from ((ast.Tuple([k, v], ast.Load()), self.space) for k, v in pairs if k is not None)
            case ast.Name(id=name):
                for bound, reading in self._values(name):
                    if bound.kind == "is":
                        yield from reading._pairs(bound.value)

    def _attribute(self, value: ast.expr, attr: str) -> Iterable[str]:
        space = self.space.where("self") if isinstance(value, ast.Name) and value.id == "self" else None
        if space is not None and attr in space.members:
            return space.members[attr]
        if attr in ("parent", "name", "stem", "suffix"):
            return (path_part(text, attr) for text in self.texts(value))
        return self._union(self._member(value, attr))

    def _member(self, node: ast.expr, attr: str) -> Iterator[tuple[ast.expr, Space]]:
        """Yield the values of an attribute such as `CFG.data`: of a class, its instance, or a `SimpleNamespace`."""
        match node:
            case ast.Name(id=name):
                space = self.space.where(name)
                if space is not None and name in space.classes:
                    yield from _of_class(space.classes[name], attr, space)
                for bound, reading in self._values(name):
                    if bound.kind == "is":
                        yield from reading._member(bound.value, attr)
            case ast.Call(func=func, keywords=given):
                stated = [one.value for one in given if one.arg == attr]
                yield from ((value, self.space) for value in stated)
                if not stated and isinstance(func, ast.Name):
                    yield from self._member(func, attr)

    # calls

    def _call(self, call: ast.Call) -> Iterable[str]:
        origin = self.space.origin(call.func)
        if re.fullmatch(r"pathlib\.(Pure)?(Posix|Windows)?Path", origin) or origin in (
            "os.path.join",
            "posixpath.join",
        ):
            return self._combine(joined_path, *call.args)
        if origin in ("pathlib.Path.cwd", "os.getcwd"):
            return ("",)
        if origin == "pathlib.Path.home":
            return ("~",)
        if origin in _SAME and call.args:
            return self.texts(call.args[0])
        if origin == "os.path.dirname" and call.args:
            return (path_part(text, "parent") for text in self.texts(call.args[0]))
        if isinstance(call.func, ast.Name):
            return self._returned(call, call.func.id)
        return self._method(call, call.func) if isinstance(call.func, ast.Attribute) else (UNKNOWN,)

    def _method(self, call: ast.Call, func: ast.Attribute) -> Iterable[str]:
        match func.attr, func.value, call.args:
            case (("resolve" | "absolute" | "expanduser" | "as_posix" | "strip"), value, []):
                return self.texts(value)
            case "joinpath", value, parts:
                return self._combine(joined_path, value, *parts)
            case ("with_suffix" | "with_name" | "with_stem") as how, value, [part]:
                return self._combine(lambda text, new: changed_path(text, how, new), value, part)
            case "replace", value, [ast.Constant(value=str(old)), ast.Constant(value=str(new))]:
                return (text.replace(old, new) for text in self.texts(value))
            case "format", ast.Constant(value=str(text)), values:
                given = {str(i): value for i, value in enumerate(values)} | {
                    k.arg or "": k.value for k in call.keywords
                }
                fields = re.findall(r"\{([^{}]*)\}", text)
                named = [given.get(name or str(i), ast.Constant(None)) for i, name in enumerate(fields)]
                return self._fill(re.split(r"\{[^{}]*\}", text), named)
            case "join", ast.Constant(value=str(between)), [ast.List(elts=parts) | ast.Tuple(elts=parts)]:
                return self._combine(lambda *texts: between.join(texts), *parts)
            case _:
                return (UNKNOWN,)

    def _returned(self, call: ast.Call, name: str) -> Iterable[str]:
        """Return the texts that a function of the notebook may return."""
        space = self.space.where(name)
        if space is None or name not in space.functions or self.depth > _DEPTH:
            return (UNKNOWN,)
        function = space.functions[name]
        inside = enter(function, call, self.space, space, self._in)
        statements = every_node(function)
        values = [one.value for one in statements if isinstance(one, ast.Return) and one.value is not None]
        return (text for value in values for text in self._at(inside).texts(value))


_JOINS = frozenset(
    ("os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath")
)
_SAME = frozenset(("str", "os.fspath", "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser"))


def enter(
    function: FunctionNode,
    call: ast.Call | None,
    caller: Space,
    around: Space,
    read: Callable[[ast.expr, Space], tuple[str, ...]] = paths_of,
) -> Space:
    """Return the space inside a function that is called like this. Without a call its arguments are unknown.

    `read` computes the texts of an argument. A reading passes its own method, so that `df = clean(df)` does not recurse
    forever.
    """
    spec = function.args
    names = [argument.arg for argument in (*spec.posonlyargs, *spec.args)]
    every = [*names, *(argument.arg for argument in (*spec.kwonlyargs, *filter(None, (spec.vararg, spec.kwarg))))]
    given = dict(zip(names, call.args, strict=False)) if call else {}
    given |= {one.arg: one.value for one in call.keywords if one.arg in every} if call else {}
    defaults = dict(zip(reversed(names), reversed(spec.defaults), strict=False))
    defaults |= {a.arg: value for a, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if value}
    known: dict[str, tuple[str, ...]] = {}
    for name in every:
        if name in given:
            known[name] = read(given[name], caller)
        else:
            known[name] = read(defaults[name], around) if name in defaults and call else (UNKNOWN,)
    body = [] if isinstance(function, ast.Lambda) else function.body
    return Space.of(body, around, known)


def members_of(node: ast.ClassDef, call: ast.Call | None, caller: Space, around: Space) -> dict[str, tuple[str, ...]]:
    """Return the texts of the attributes of an instance that is made by this call."""
    init = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    if call is None:
        return {}
    if init is None:  # a data class
        fields = {one.target.id: one.value for one in node.body if _is_field(one)}
        given = dict(zip(fields, call.args, strict=False)) | {one.arg: one.value for one in call.keywords if one.arg}
        found = {name: paths_of(value, caller) for name, value in given.items()}
        inside = Space(bindings_of(node.body), outer=around)
        return {name: paths_of(value, inside) for name, value in fields.items() if value is not None} | found
    inside = enter(init, ast.Call(call.func, [ast.Constant(None), *call.args], call.keywords), caller, around)
    assigned = (one for one in every_node(init) if isinstance(one, ast.Assign))
    return {
        target.attr: paths_of(one.value, inside)
        for one in assigned
        for target in one.targets
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    }


def _is_field(node: ast.stmt) -> TypeGuard[_Field]:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)


class _Field(ast.AnnAssign):
    target: ast.Name


def _parts(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _of_class(node: ast.ClassDef, attr: str, space: Space) -> Iterator[tuple[ast.expr, Space]]:
    inside = Space(bindings_of(node.body), outer=space)
    return ((bound.value, inside) for bound in inside.bound.get(attr, ()) if bound.kind == "is")
