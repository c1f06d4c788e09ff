"""Takes code apart: the prelude by reference, importable objects by name, what a step body defines by value.

A sentinel of the prelude, `MISSING = object()`, is stored by reference as well: its identity is all that it has.
"""

from __future__ import annotations

import functools
import itertools
import operator
import sys
import types
import typing
from typing import Any

from nbflow.store.pickling import rebuild
from nbflow.store.pickling._cloudpickle import (
    globals_of,
    is_by_reference,
    is_importable,
    reduce_dynamic_class,
    submodules_of,
)
from nbflow.store.pickling.home import nested_class
from nbflow.store.pickling.recorder import Recorder

_SLOTS = (
    "__qualname__",
    "__module__",
    "__doc__",
    "__defaults__",
    "__kwdefaults__",
    "__annotations__",
    "__type_params__",
)


def by_reference(obj: Any, recorder: Recorder) -> bool:
    """Return whether a function, class or cached function loads as the same object."""
    return recorder.home.reference(obj) is not None or is_importable(obj)


def reduce_function(recorder: Recorder, function: types.FunctionType) -> Any:
    """Store a function by reference if it belongs to the prelude or can be imported, else by its code and state."""
    reference = recorder.home.reference(function)
    if reference is not None:
        return rebuild.prelude, reference
    if is_by_reference(function):
        return NotImplemented
    ours = function.__globals__ is recorder.home.namespace
    names = None if ours else recorder.own_globals.setdefault(id(function.__globals__), _module_facts(function))
    arguments = (function.__code__, names, function.__name__, function.__closure__)
    state = _function_state(function, recorder if ours else None)
    owner = _owner_of(function, recorder)
    if owner is None:
        return rebuild.function, arguments, state, None, None, rebuild.set_function
    state["owner"] = owner
    return rebuild.function_of_class, (*owner, *arguments), state, None, None, rebuild.set_function


def _owner_of(function: types.FunctionType, recorder: Recorder) -> tuple[type, str] | None:
    """Return the class in which a function was defined and its key there, if the class is stored by reference.

    A bound method loads with the function of the class, so that it equals `instance.method` and can be found by it.
    """
    path = function.__qualname__.rpartition(".")[0]
    space = function.__globals__
    owner = nested_class(space, path) if "." in path else space.get(path)
    if not isinstance(owner, type) or not by_reference(owner, recorder):
        return None
    keys = (key for key, attribute in vars(owner).items() if rebuild.plain_function(attribute) is function)
    return next(((owner, key) for key in keys), None)


def reduce_sentinel(recorder: Recorder, sentinel: object) -> Any:
    """Store an `object()` by reference if the prelude bound it, so that `is` holds for it in every step."""
    reference = recorder.home.reference(sentinel)
    return NotImplemented if reference is None else (rebuild.prelude, reference)


def reduce_typing(recorder: Recorder, made: Any) -> Any:
    """Store a `NewType`, `TypeVar` or the like by what it was made of, unless it loads as the same object."""
    reference = recorder.home.reference(made)
    if reference is not None:
        return rebuild.prelude, reference
    if type(made) is typing.TypeVar or is_importable(made):
        return NotImplemented
    return type(made), (made.__name__, *((made.__supertype__,) if type(made) is typing.NewType else ()))


def _module_facts(function: types.FunctionType) -> dict[str, Any]:
    """Return the globals that relative imports inside the function need; its other globals follow with its state."""
    facts = ("__package__", "__name__", "__path__", "__file__")
    return {name: function.__globals__[name] for name in facts if name in function.__globals__}


def _function_state(function: types.FunctionType, recorder: Recorder | None) -> dict[str, Any]:
    """Return the state of a function, without the globals that the flow provides.

    `recorder` is None if the function has other globals than those of the notebook.
    """
    used = {name: function.__globals__[name] for name in globals_of(function.__code__) if name in function.__globals__}
    given = {name: recorder.home.definition(name) for name in used} if recorder else {}
    # modules are stored too, so that the function can be called outside of a notebook
    used = {n: v for n, v in used.items() if given.get(n) is None or isinstance(v, types.ModuleType)}
    captured = [cell.cell_contents for cell in function.__closure__ or () if _is_bound(cell)]
    return {
        "globals": used,
        "prelude": {name: digest for name, digest in sorted(given.items()) if digest},
        "attributes": function.__dict__,
        "slots": {name: getattr(function, name) for name in _SLOTS if hasattr(function, name)},
        # `import a.b` binds only `a`; loading this list imports the rest
        "modules": submodules_of(function.__code__, itertools.chain(used.values(), captured)),
    }


def _is_bound(cell: types.CellType) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def reduce_cell(recorder: Recorder, cell: types.CellType) -> Any:
    """Store an empty cell first and its content later, so that closures share the cell again, also in cycles."""
    if not _is_bound(cell):
        return rebuild.cell, ()
    return rebuild.cell, (), (cell.cell_contents,), None, None, rebuild.set_cell


def reduce_class(recorder: Recorder, cls: Any) -> Any:
    """Store a class by reference if it belongs to the prelude or can be imported, else by value under its digest."""
    reference = recorder.home.reference(cls)
    if reference is not None:
        return rebuild.prelude, reference
    if _is_array_of_c(cls):
        return operator.mul, (cls._type_, cls._length_)
    generic = vars(cls).get("__pydantic_generic_metadata__") or {}
    if generic.get("origin") is not None:
        return operator.getitem, (generic["origin"], generic["args"])
    reduction = reduce_dynamic_class(cls)
    if reduction is NotImplemented or len(reduction) == 2:
        return reduction
    make, arguments, state = reduction[:3]
    # drop cloudpickle's tracker id: with it a load would change the live class in place
    arguments = (*arguments[:-2], None, arguments[-1])
    return rebuild.class_, (recorder.digest(cls), make, arguments), state, None, None, rebuild.set_class


def _is_array_of_c(cls: Any) -> bool:
    """Return whether a class is one that ctypes makes for arrays of a length, such as `c_int * 3`."""
    ctypes = sys.modules.get("ctypes")
    return ctypes is not None and ctypes.Array in cls.__bases__ and cls is cls._type_ * cls._length_


def reduce_cached(recorder: Recorder, cached: Any) -> Any:
    """Store a function under `lru_cache` without its cache."""
    if by_reference(cached, recorder):
        reference = recorder.home.reference(cached)
        return NotImplemented if reference is None else (rebuild.prelude, reference)
    return rebuild.cached, (cached.__wrapped__, cached.cache_parameters(), dict(cached.__dict__))


def reduce_module(recorder: Recorder, module: types.ModuleType) -> Any:
    """Store a module by its name if it can be imported."""
    if is_by_reference(module):
        return rebuild.module, (module.__name__,)
    return NotImplemented


CACHED = type(functools.lru_cache(len))
