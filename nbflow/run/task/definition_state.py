"""Finds what a body changes in constants, functions and classes of the prelude.

Functions and classes are stored by reference. A change that a step makes in them becomes an artifact of their name,
a `ChangedDefinition`.
"""

from __future__ import annotations

import abc
import enum
import functools
import sys
import sysconfig
import types
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from nbflow.garbage import without_gc
from nbflow.store.blobs.chunks import name_of_blob
from nbflow.store.pickling.alias import ATOMS, is_immutable
from nbflow.store.pickling.home import Home
from nbflow.store.pickling.pickler import settle_recording

_OF_PYTHON = frozenset(
    {
        "__dict__",
        "__weakref__",
        "__doc__",
        "__module__",
        "__annotations__",
        "__abstractmethods__",
        "_abc_impl",
        "__slotnames__",
    }
)
_CODE = (
    types.FunctionType, property, functools.cached_property, classmethod, staticmethod, type,
    types.MemberDescriptorType,
)  # fmt: skip
_CACHE = "_clear_cache"  # attribute of `functools.singledispatch`: its cache only saves time
_REGISTRY = "registry"  # another one: the implementations by type
REGISTERED = "register()"  # stands for the classes that an abstract class counts as derived from it
_ABSENT: Any = object()


@dataclass(frozen=True, slots=True, repr=False)
class ChangedDefinition:
    """Holds a function or class of the prelude with what steps changed in it: attributes and default arguments."""

    value: Any
    attributes: Mapping[str, Any] = field(default_factory=dict)
    gone: tuple[str, ...] = ()

    def __repr__(self) -> str:
        listed = ", ".join(f"{name} = {value!r}" for name, value in self.attributes.items())
        return f"{self.value.__name__} with {listed}"

    def apply(self) -> Any:
        """Make these changes in the function or class, and return it."""
        owners = {path: _owner(self.value, path) for path in (*self.attributes, *self.gone)}  # before any is replaced
        for path, attribute in self.attributes.items():
            owner, name = owners[path]
            if name == _REGISTRY and is_generic(owner):
                _register(owner, attribute)
            elif name == REGISTERED:
                for derived in attribute:
                    owner.register(derived)
            else:
                setattr(owner, name, attribute)
        for path in self.gone:
            owner, name = owners[path]
            if hasattr(owner, name) if isinstance(owner, types.CellType) else name in vars(owner):
                delattr(owner, name)
        return self.value


def difference(code: Any, wanted: Mapping[str, Any], held: Mapping[str, Any]) -> ChangedDefinition:
    """Return what to change in a function or class that holds `held` so that it holds `wanted`."""
    changed = {path: value for path, value in wanted.items() if held.get(path, _ABSENT) is not value}
    return ChangedDefinition(code, changed, tuple(path for path in held if path not in wanted))


def applied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as names hold them: for a `ChangedDefinition`, its function or class with the changes made."""
    return {name: value.apply() if isinstance(value, ChangedDefinition) else value for name, value in values.items()}


def is_code(value: object) -> bool:
    """Return whether a value is a function or a class of the notebook or of a module beside it.

    Those of libraries keep caches, which are no values. An enumeration does not count, because it keeps no state.
    """
    if isinstance(value, type):
        return not issubclass(value, enum.Enum) and not _is_of_library(_module_of_class(value))
    return isinstance(value, types.FunctionType) and not _is_of_library(str(value.__module__))


def _module_of_class(cls: type) -> str:
    """Return the module of a class without asking its metaclass, which is the user's code."""
    module = type.__dict__["__module__"].__get__(cls)
    return module if type(module) is str else "__main__"


@functools.cache
def _is_of_library(module: str) -> bool:
    """Return whether a module belongs to Python or to an installed package."""
    if module == "__main__" or module not in sys.modules:
        return False
    place = getattr(sys.modules[module], "__file__", None)
    roots = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return place is None or place.startswith(tuple(roots))


def held_attributes(code: Any) -> dict[str, Any]:
    """Return what a function or class holds, by path: `calls`, `__defaults__`, or for a class `add.__defaults__`
    and `Inner.count`.

    `<cache>` is a variable of the enclosing function; `<inner>.<cache>` encloses a function in such a variable.
    """
    if isinstance(code, types.FunctionType):
        own = {name: value for name, value in vars(code).items() if name != _CACHE}
        own |= {_REGISTRY: dict(own[_REGISTRY])} if is_generic(code) else {}
        return {"__defaults__": code.__defaults__, "__kwdefaults__": code.__kwdefaults__, **own, **_enclosed(code, ())}
    found = {name: value for name, value in vars(code).items() if name not in _OF_PYTHON}
    for name, value in tuple(found.items()):
        if isinstance(method := _method_of(value), types.FunctionType):
            found |= {f"{name}.{inner}": one for inner, one in held_attributes(method).items() if one is not None}
        elif isinstance(value, type) and value.__qualname__ == f"{code.__qualname__}.{name}":
            found |= {f"{name}.{inner}": one for inner, one in held_attributes(value).items()}
    registered = _registered_in(code)
    return found | ({REGISTERED: registered} if registered else {})


def _registered_in(code: type) -> tuple[type, ...]:
    """Return the classes that were registered at an abstract class."""
    if not isinstance(code, abc.ABCMeta):
        return ()
    found = (reference() for reference in abc._get_dump(code)[0])  # type: ignore[attr-defined]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.__module__, one.__qualname__)))


def is_generic(code: Any) -> bool:
    """Return whether a function dispatches on the type of its argument, by `functools.singledispatch`."""
    return hasattr(code, _REGISTRY) and hasattr(code, "dispatch") and hasattr(code, _CACHE)


def _register(generic: Any, implementations: Mapping[type, Any]) -> None:
    """Register implementations; assigning the registry, which is only a view, would change nothing."""
    for kind, implementation in implementations.items():
        if generic.registry.get(kind) is not implementation:
            generic.register(kind, implementation)


def _method_of(attribute: Any) -> Any:
    """Return the function behind an attribute of a class."""
    return attribute.__func__ if isinstance(attribute, staticmethod | classmethod) else attribute


def _enclosed(code: types.FunctionType, around: tuple[object, ...]) -> dict[str, Any]:
    """Return the variables that enclose a function of the notebook; for a library they are caches and the like."""
    if code in around or code.__globals__.get("__name__") != "__main__":
        return {}
    found: dict[str, Any] = {}
    for name, cell in _cells_of(code).items():
        with suppress(ValueError):  # the cell is empty
            found[f"<{name}>"] = content = cell.cell_contents
            if isinstance(content, types.FunctionType):
                inside = _enclosed(content, (*around, code))
                found |= {f"<{name}>.{inner}": one for inner, one in inside.items()}
    return found


def _cells_of(code: types.FunctionType) -> dict[str, types.CellType]:
    return dict(zip(code.__code__.co_freevars, code.__closure__ or (), strict=True))


def changes_of(code: Any, pristine: Mapping[str, Any]) -> ChangedDefinition:
    """Return what was changed in a function or class since it was defined."""
    now = held_attributes(code)
    replaced = {path for path, value in now.items() if value is not pristine.get(path, _ABSENT)}
    kept = (path for path in now if replaced.isdisjoint(_above(path)))  # what replaces a function has its own defaults
    changed = {path: now[path] for path in kept if _may_differ(now[path], pristine.get(path, _ABSENT))}
    if _REGISTRY in changed and is_generic(code):
        before = pristine[_REGISTRY]
        changed[_REGISTRY] = {kind: one for kind, one in now[_REGISTRY].items() if before.get(kind) is not one}
    if changed.get(REGISTERED) == pristine.get(REGISTERED):
        changed.pop(REGISTERED, None)
    return ChangedDefinition(code, changed, tuple(path for path in pristine if path not in now))


def _above(path: str) -> Iterator[str]:
    """Yield the paths of the attributes of which this one is a part."""
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


def shareable(code: Any, pristine: Mapping[str, Any]) -> ChangedDefinition:
    """Return what a function or class holds that artifacts may hold as well, changed or not."""
    changes = changes_of(code, pristine)
    shared = {path: value for path, value in changes.attributes.items() if not is_of_python(path)}
    return ChangedDefinition(code, shared)


def is_of_python(path: str) -> bool:
    """Return whether an attribute of code is Python's own, and no place where functions keep values."""
    name = path.rpartition(".")[2]
    return name.startswith("__") and name not in ("__defaults__", "__kwdefaults__")


def _may_differ(value: Any, before: Any) -> bool:
    return value is not before or not is_fixed(value)


def is_fixed(value: Any) -> bool:
    """Return whether a value cannot be changed in place, or is code, whose attributes have paths of their own."""
    return isinstance(value, _CODE) or type(value) in ATOMS or (type(value) is tuple and all(map(is_fixed, value)))


def _is_flat(value: Any) -> bool:
    parts = value if type(value) is list else (*value.keys(), *value.values())
    return all(type(part) in ATOMS for part in parts)


def _owner(code: Any, path: str) -> tuple[Any, str]:
    """Return the object that has an attribute, and the name of the attribute; names contain no dots."""
    head, _, rest = path.partition(".")
    if head.startswith("<"):
        cell = _cells_of(code)[head[1:-1]]
        return _owner(cell.cell_contents, rest) if rest else (cell, "cell_contents")
    return _owner(_method_of(vars(code)[head]), rest) if rest else (code, head)


# comparing


class Fingerprint:
    """Holds what some names of the prelude hold at one time, for a comparison with a later time."""

    def __init__(self, names: Collection[str], values: Mapping[str, Any], home: Home) -> None:
        names = [name for name in names if not _is_pool(values.get(name))]
        self._alive = [values.get(name) for name in names]  # keep the objects alive, so that no id is used again
        with without_gc():
            self._held = {name: _fingerprint_of(name, values.get(name), home) for name in names}

    def update(self, later: Fingerprint) -> None:
        """Add the names of a later fingerprint; a name that was bound anew counts as it was then."""
        self._alive += later._alive
        self._held |= later._held

    def constants(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the present values of the names that an artifact may share."""
        found = {name: values[name] for name in self._held if name in values}
        return {name: one for name, one in found.items() if type(one) not in ATOMS}

    @property
    def names(self) -> Collection[str]:
        """Return the names whose values are compared."""
        return self._held.keys()

    def changed(self, values: Mapping[str, Any], home: Home) -> set[str]:
        """Return the names that hold something else by now."""
        if not self._held:
            return set()
        now = Fingerprint(self._held.keys(), values, home)
        return {name for name, held in self._held.items() if held != now._held[name]}


def _is_pool(value: object) -> bool:
    """Return whether a value is a pool of workers: each process has its own, and its changes are not values."""
    kinds = (("concurrent.futures._base", "Executor"), ("multiprocessing.pool", "Pool"))
    return any(isinstance(value, getattr(sys.modules[module], name)) for module, name in kinds if module in sys.modules)


def _fingerprint_of(name: str, value: Any, home: Home) -> tuple[object, ...]:
    parts = held_attributes(value) if is_code(value) else {name: value}
    return id(value), *((path, *_facts(one, home)) for path, one in parts.items())


def _facts(value: Any, home: Home) -> Iterator[object]:
    if type(value) in ATOMS:
        yield from (type(value), value)
    elif type(value) in (list, dict) and _is_flat(value):
        parts = value if type(value) is list else [part for item in value.items() for part in item]
        yield from (id(value), tuple(parts), tuple(map(type, parts)))  # as exact as pickling it, and much faster
    elif isinstance(value, types.GeneratorType):
        yield from (id(value), value.gi_frame and value.gi_frame.f_lasti)
    elif isinstance(value, _CODE) or is_immutable(value, home):
        yield id(value)
    else:
        recording = settle_recording(["value"], [value], home)
        yield from (bytes(recording.stream), *(name_of_blob(buffer) for buffer in recording.buffers))
