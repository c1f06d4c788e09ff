"""What streams call while they are loaded. The names and signatures here are part of the stored format."""

from __future__ import annotations

import functools
import importlib
import mmap
import types
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import cloudpickle.cloudpickle as cloud

from nbflow.store.pickling.home import Home
from nbflow.store.values.tombstone import tombstone

__all__ = ["tombstone"]  # stored streams name it here


_LARGE = 64 << 10  # bytes


@dataclass(frozen=True, slots=True)
class Loading:
    """One stream being loaded: where its functions go, and which classes it has made itself."""

    home: Home
    digest_class: Callable[[type, Home], str]
    fresh: dict[type, str] = field(default_factory=dict)


_loading: ContextVar[Loading] = ContextVar("nbflow_loading")


@contextmanager
def loading_into(home: Home, digest_class: Callable[[type, Home], str]) -> Iterator[None]:
    token = _loading.set(Loading(home, digest_class))
    try:
        yield
    finally:
        _loading.reset(token)


def prelude(name: str, digest: str) -> object:
    return _loading.get().home.resolve(name, digest)


# ---- arrays


def array(buffer: Any, dtype: Any, shape: tuple[int, ...], order: str, write: bool = True) -> Any:
    """An array: over the map when the buffer is one, else over memory that is as much its own."""
    numpy = importlib.import_module("numpy")
    while isinstance(buffer, memoryview):
        buffer = buffer.obj  # the stream marks it read-only when the array was, but the map is ours
    over = numpy.ndarray(shape, dtype, buffer=buffer, order=order)
    if isinstance(buffer, mmap.mmap | bytearray) and (over.nbytes >= _LARGE or dtype.names):
        made = over  # a copy of a structured array would have other bytes between its fields
    else:
        made = over.copy(order)  # because only an array that owns its memory can be resized in place
    made.flags.writeable = write
    return made


def array_view(
    owner: Any, dtype: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int, write: bool
) -> Any:
    """A window on the memory of another array of the stream, `offset` bytes into it."""
    numpy = importlib.import_module("numpy")
    window = numpy.ndarray(shape, dtype, buffer=flat(owner).view(numpy.uint8), offset=offset, strides=strides)
    window.flags.writeable = write and owner.flags.writeable
    return window


def object_view(owner: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Any:
    tricks = importlib.import_module("numpy.lib.stride_tricks")
    return tricks.as_strided(flat(owner)[offset // owner.itemsize :], shape, strides)


def array_subclass(base: Any, cls: type, attributes: dict[str, Any] | None) -> Any:
    made = base.view(cls)
    if attributes:
        made.__dict__.update(attributes)
    return made


def masked_array(base: Any, mask: Any, attributes: dict[str, Any]) -> Any:
    numpy = importlib.import_module("numpy")
    made = base.view(numpy.ma.MaskedArray)
    made.__dict__.update(attributes, _mask=mask)
    return made


def instance(cls: type) -> Any:
    """A new object of a class, made without the `__new__` of the notebook."""
    makers = (vars(base).get("__new__") for base in cls.__mro__)
    return next(make for make in makers if isinstance(make, types.BuiltinFunctionType))(cls)


def set_attributes(made: Any, attributes: dict[str, Any]) -> None:
    """Give an object a dict that another object has as well."""
    made.__dict__ = attributes


def plain(base: Any) -> Any:
    return base


def flat(owner: Any) -> Any:
    """A contiguous array as one dimension, in the order of its memory."""
    return (owner if owner.flags.c_contiguous else owner.T).reshape(-1)


def frame(columns: list[Any], names: Any, index: Any, attrs: dict[Any, Any]) -> Any:
    """A DataFrame of one block per column, so that nothing is copied."""
    pandas = importlib.import_module("pandas")
    series = {i: pandas.Series(v, index=index, dtype=v.dtype, copy=False) for i, v in enumerate(columns)}
    made = pandas.DataFrame(series, index=index, copy=False)
    made.columns = names
    made.attrs = attrs
    return made


def block(values: Any, place: Any, dimensions: int, references: Any) -> Any:
    """A block that pandas copies before a write while another block with these references is alive."""
    made = importlib.import_module("pandas._libs.internals")._unpickle_block(values, place, dimensions)
    made.refs = references
    references.add_reference(made)
    return made


def references() -> Any:
    return importlib.import_module("pandas._libs.internals").BlockValuesRefs()


def manager(block: Any, axis: Any) -> Any:
    return importlib.import_module("pandas.core.internals.managers").SingleBlockManager(block, axis)


# ---- code


def cell() -> types.CellType:
    return types.CellType()


def set_cell(empty: types.CellType, content: tuple[object]) -> None:
    empty.cell_contents = content[0]


def function(code: types.CodeType, names: dict[str, Any] | None, name: str, closure: Any) -> types.FunctionType:
    """`names` are globals of the function's own; None stands for those of the notebook."""
    return types.FunctionType(code, _loading.get().home.namespace if names is None else names, name, None, closure)


def set_function(made: types.FunctionType, state: Mapping[str, Any]) -> None:
    _loading.get().home.provide(state.get("prelude", {}))
    for name, value in state["globals"].items():
        made.__globals__.setdefault(name, value)
    made.__globals__.setdefault("__builtins__", __builtins__)
    made.__dict__.update(state["attributes"])
    for name, value in state["slots"].items():
        setattr(made, name, value)


def class_(digest: str, make: Callable[..., type], arguments: tuple[Any, ...]) -> type:
    """The class of that digest that this home has already, else a new one; a live class is never changed."""
    loading = _loading.get()
    known = loading.home.classes.get(digest) if digest else None
    if known is not None and loading.digest_class(known, loading.home) == digest:
        return known
    with _unheard(next((one for one in arguments if isinstance(one, tuple)), ())):
        made = make(*arguments)
    loading.fresh[made] = digest
    return made


@contextmanager
def _unheard(bases: Iterable[object]) -> Iterator[None]:
    """Without `__init_subclass__` of the notebook's classes: what it did to them is in what is loaded already."""
    classes = (base for base in bases if isinstance(base, type))  # not `Generic[T]`
    above = {cls for base in classes for cls in base.__mro__ if cls.__module__ == "__main__"}
    hooks = [(cls, vars(cls)["__init_subclass__"]) for cls in above if "__init_subclass__" in vars(cls)]
    for cls, _ in hooks:
        del cls.__init_subclass__
    try:
        yield
    finally:
        for cls, hook in hooks:
            cls.__init_subclass__ = hook  # type: ignore[method-assign]


def set_class(made: type, state: Any) -> None:
    loading = _loading.get()
    if made in loading.fresh:
        cloud._class_setstate(made, state)
        if loading.fresh[made]:
            loading.home.classes[loading.fresh[made]] = made


def module(name: str) -> types.ModuleType:
    return importlib.import_module(name)


def cached(wrapped: Callable[..., Any], parameters: Mapping[str, Any], attributes: Mapping[str, Any]) -> Any:
    """A function under `lru_cache`, its cache empty."""
    made = functools.lru_cache(**parameters)(wrapped)
    made.__dict__.update({name: value for name, value in attributes.items() if name != "__wrapped__"})
    return made


# ---- views


def dict_view(mapping: Any, kind: str) -> Any:
    base: type = OrderedDict if isinstance(mapping, OrderedDict) else dict
    return getattr(base, kind)(mapping)


def dict_iterator(mapping: Any, kind: str, backwards: bool, position: int) -> Any:
    """An iterator that has given `position` items already."""
    view = getattr(dict, kind)(mapping)
    made = reversed(view) if backwards else iter(view)
    for _ in range(position):
        next(made, None)
    return made


def flat_iterator(array: Any, position: int) -> Any:
    made = array.flat
    for _ in range(position):
        next(made, None)
    return made


def array_over(
    owner: Any, dtype: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int, write: bool
) -> Any:
    """An array in the memory of something that is no array, such as a bytearray."""
    window = importlib.import_module("numpy").ndarray(shape, dtype, buffer=owner, offset=offset, strides=strides)
    window.flags.writeable = write
    return window


def shared_generator(module: str, name: str) -> Any:
    """The random generator that a library keeps for its functions."""
    return getattr(importlib.import_module(module), name)


# ---- references that do not hold on


def weak(target: Any) -> weakref.ref[Any]:
    return weakref.ref(target)


def dead_weak() -> weakref.ref[Any]:
    return weakref.ref(set())


def weak_values(items: Iterable[tuple[Any, Any]]) -> weakref.WeakValueDictionary[Any, Any]:
    return weakref.WeakValueDictionary(items)


def weak_keys(items: Iterable[tuple[Any, Any]]) -> weakref.WeakKeyDictionary[Any, Any]:
    return weakref.WeakKeyDictionary(items)
