"""Holds the functions that streams call while they are loaded; names and signatures are part of the stored format."""

from __future__ import annotations

import functools
import importlib
import mmap
import re
import types
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from nbflow.store.pickling._cloudpickle import is_importable, set_class_state
from nbflow.store.pickling.home import Home
from nbflow.store.values.tombstone import Tombstone, tombstone

__all__ = ["tombstone"]  # stored streams look for it in this module


_LARGE = 64 << 10  # bytes


@dataclass(frozen=True, slots=True)
class Loading:
    """Describes a stream that is being loaded: where its functions go, and which classes it has created."""

    home: Home
    digest_class: Callable[[type, Home], str]
    fresh: dict[type, str] = field(default_factory=dict)


_loading: ContextVar[Loading] = ContextVar("nbflow_loading")


class loading_into:  # noqa: N801 - used as a function, which as a generator would take twice as long
    """Loads streams in a `with` block into a home: their functions get its globals, their classes are kept in it."""

    def __init__(self, home: Home, digest_class: Callable[[type, Home], str]) -> None:
        self._now = Loading(home, digest_class)

    def __enter__(self) -> None:
        self._token = _loading.set(self._now)

    def __exit__(self, *error: object) -> None:
        _loading.reset(self._token)


def prelude(name: str, digest: str) -> object:
    """Return the object that the prelude binds to a name, or the class inside of it that a dotted name leads to."""
    first, *inner = name.split(".")
    return functools.reduce(getattr, inner, _loading.get().home.resolve(first, digest))


# ---- arrays


def array(buffer: Any, dtype: Any, shape: tuple[int, ...], order: str, write: bool = True) -> Any:
    """Return an array, over the map if the buffer is one, else over memory of its own."""
    numpy = importlib.import_module("numpy")
    while isinstance(buffer, memoryview):
        buffer = buffer.obj  # read-only if the array was, but the map below is ours to write
    over = numpy.ndarray(shape, dtype, buffer=buffer, order=order)
    if isinstance(buffer, mmap.mmap | bytearray) and (over.nbytes >= _LARGE or dtype.names):
        made = over  # a copy of a structured array would lose the bytes between its fields
    else:
        made = over.copy(order)  # only an array that owns its memory can be resized in place
    made.flags.writeable = write
    return made


def array_view(
    owner: Any, dtype: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int, write: bool
) -> Any:
    """Return a view of another array of the stream that begins `offset` bytes into its memory."""
    numpy = importlib.import_module("numpy")
    window = numpy.ndarray(shape, dtype, buffer=flat(owner).view(numpy.uint8), offset=offset, strides=strides)
    window.flags.writeable = write and owner.flags.writeable
    return window


def object_view(owner: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Any:
    """Return a view of an array of objects."""
    tricks = importlib.import_module("numpy.lib.stride_tricks")
    return tricks.as_strided(flat(owner)[offset // owner.itemsize :], shape, strides)


def array_subclass(base: Any, cls: type, attributes: dict[str, Any] | None) -> Any:
    """Return an array as an instance of a subclass, with its attributes."""
    made = base.view(cls)
    if attributes:
        made.__dict__.update(attributes)
    return made


def masked_array(base: Any, mask: Any, attributes: dict[str, Any]) -> Any:
    """Return a masked array that shares its mask."""
    numpy = importlib.import_module("numpy")
    made = base.view(numpy.ma.MaskedArray)
    made.__dict__.update(attributes, _mask=mask)
    return made


def instance(cls: type) -> Any:
    """Return a new object of a class, made without the `__new__` that the notebook defines."""
    makers = (vars(base).get("__new__") for base in cls.__mro__)
    return next(make for make in makers if isinstance(make, types.BuiltinFunctionType))(cls)


def exception(cls: type[BaseException], *args: Any) -> BaseException:
    """Return a new exception with these `args`, made without the `__init__` of its class."""
    of_python = [one for one in cls.__mro__ if one.__module__ == "builtins"]
    made: BaseException = of_python[0].__new__(cls, *args)
    initialize = next(vars(one)["__init__"] for one in of_python if "__init__" in vars(one))
    initialize(made, *args)
    return made


def set_exception(made: BaseException, state: tuple[Any, ...]) -> None:
    """Give an exception its state, and the exceptions that led to it, but for those that were lost."""
    set_state, own, cause, context, is_suppressed = state
    if set_state is not None:
        set_state(made, own)
    elif own is not None:
        made.__setstate__(own)
    made.__cause__ = cause if isinstance(cause, BaseException) else None
    made.__context__ = context if isinstance(context, BaseException) else None
    made.__suppress_context__ = is_suppressed


def set_attributes(made: Any, attributes: dict[str, Any]) -> None:
    """Give an object the attribute dict of another object."""
    made.__dict__ = attributes


def void(window: Any) -> Any:
    """Return the element of a structured array of no dimensions: a change of one is a change of the other."""
    return window[()]


def plain(base: Any) -> Any:
    """Return an array as it is; for arrays whose subclass is not stored."""
    return base


def flat(owner: Any) -> Any:
    """Return a contiguous array as one dimension, in the order of its memory."""
    return (owner if owner.flags.c_contiguous else owner.T).reshape(-1)


def frame(columns: list[Any], names: Any, index: Any, attrs: dict[Any, Any]) -> Any:
    """Return a DataFrame with one block per column, so that no column is copied."""
    pandas = importlib.import_module("pandas")
    series = {i: pandas.Series(v, index=index, dtype=v.dtype, copy=False) for i, v in enumerate(columns)}
    made = pandas.DataFrame(series, index=index, copy=False)
    made.columns = names
    made.attrs = attrs
    return made


def block(values: Any, place: Any, dimensions: int, references: Any) -> Any:
    """Return a block that pandas copies before a write while another block with these references is alive."""
    made = importlib.import_module("pandas._libs.internals")._unpickle_block(values, place, dimensions)
    made.refs = references
    references.add_reference(made)
    return made


def references() -> Any:
    """Return new references, by which pandas knows the blocks that share memory."""
    return importlib.import_module("pandas._libs.internals").BlockValuesRefs()


def manager(block: Any, axis: Any) -> Any:
    """Return the manager of a Series, which holds its one block."""
    return importlib.import_module("pandas.core.internals.managers").SingleBlockManager(block, axis)


# ---- code


def cell() -> types.CellType:
    """Return an empty cell of a closure."""
    return types.CellType()


def set_cell(empty: types.CellType, content: tuple[object]) -> None:
    """Fill a cell; its content comes in a tuple, because an empty content is valid too."""
    empty.cell_contents = content[0]


def function(code: types.CodeType, names: dict[str, Any] | None, name: str, closure: Any) -> types.FunctionType:
    """Return a function. `names` are its own globals; None stands for the globals of the notebook."""
    return types.FunctionType(code, _loading.get().home.namespace if names is None else names, name, None, closure)


def function_of_class(owner: type, key: str, *parts: Any) -> types.FunctionType:
    """Return the function that a class has under a key, if it is still the one with this code; else make it."""
    known = plain_function(vars(owner).get(key))
    is_known = isinstance(known, types.FunctionType) and known.__code__ == parts[0]
    return known if is_known else function(*parts)


def plain_function(attribute: object) -> Any:
    """Return the function in an attribute of a class, if it is one."""
    return attribute.__func__ if isinstance(attribute, staticmethod | classmethod) else attribute


def set_function(made: types.FunctionType, state: Mapping[str, Any]) -> None:
    """Give a function its globals, attributes and defaults, once it exists: it may refer to itself."""
    owner, key = state.get("owner", (object, ""))
    if plain_function(vars(owner).get(key)) is made:
        return  # the class brings its state
    _loading.get().home.provide(state.get("prelude", {}))
    for name, value in state["globals"].items():
        made.__globals__.setdefault(name, value)
    made.__globals__.setdefault("__builtins__", __builtins__)
    made.__dict__.update(state["attributes"])
    for name, value in state["slots"].items():
        setattr(made, name, value)


def class_(digest: str, make: Callable[..., type], arguments: tuple[Any, ...]) -> type:
    """Return the class of this digest if the home has it, else a new one; a live class is never changed."""
    loading = _loading.get()
    known = loading.home.classes.get(digest) if digest else None
    if known is not None and loading.digest_class(known, loading.home) == digest:
        return known
    with _unheard(arguments):
        made = make(*arguments)
    loading.fresh[made] = digest
    return made


@contextmanager
def _unheard(arguments: Iterable[object]) -> Iterator[None]:
    """Switch off what the notebook's classes do when a class is made of them: its effects are stored with the class.

    `arguments` are those that make the class: its metaclass and its bases are among them.
    """
    given = [one for argument in arguments for one in (argument if isinstance(argument, tuple) else (argument,))]
    above = {cls for one in given if isinstance(one, type) for cls in one.__mro__ if not is_importable(cls)}
    hooks = [(cls, name, vars(cls)[name]) for cls in above for name in _heard_by(cls) if name in vars(cls)]
    for cls, name, _ in hooks:
        type.__delattr__(cls, name)
    try:
        yield
    finally:
        for cls, name, hook in hooks:
            type.__setattr__(cls, name, hook)


def _heard_by(cls: type) -> tuple[str, ...]:
    """Return the methods that Python calls when a class is made of this base or metaclass."""
    return ("__prepare__", "__new__", "__init__") if issubclass(cls, type) else ("__init_subclass__",)


def set_class(made: type, state: Any) -> None:
    """Give a class that was just created its attributes, and keep it in the home."""
    loading = _loading.get()
    if made in loading.fresh:
        set_class_state(made, state)
        if loading.fresh[made]:
            loading.home.classes[loading.fresh[made]] = made


def module(name: str) -> types.ModuleType:
    """Return a module by its name."""
    return importlib.import_module(name)


def cached(wrapped: Callable[..., Any], parameters: Mapping[str, Any], attributes: Mapping[str, Any]) -> Any:
    """Return a function under `lru_cache`, with an empty cache."""
    made = functools.lru_cache(**parameters)(wrapped)
    made.__dict__.update({name: value for name, value in attributes.items() if name != "__wrapped__"})
    return made


# ---- views


def dict_view(mapping: Any, kind: str) -> Any:
    """Return the `keys`, `values` or `items` of a dict."""
    base: type = OrderedDict if isinstance(mapping, OrderedDict) else dict
    return getattr(base, kind)(mapping)


def wrapper(make: Callable[..., Any], arguments: tuple[Any, ...], state: object = None) -> Any:
    """Return an iterator over others, or the stand-in of the first of them that was lost: to wrap it would use it."""
    lost = next((one for one in arguments if type(one) is Tombstone), None)
    if lost is not None:
        return lost
    made = make(*arguments)
    if state is not None:
        made.__setstate__(state)
    return made


def dict_iterator(mapping: Any, kind: str, backwards: bool, position: int) -> Any:
    """Return an iterator over a dict that has given `position` items already."""
    view = getattr(dict, kind)(mapping)
    made = reversed(view) if backwards else iter(view)
    for _ in range(position):
        next(made, None)
    return made


def flat_iterator(array: Any, position: int) -> Any:
    """Return the `flat` iterator of an array that has given `position` items already."""
    made = array.flat
    for _ in range(position):
        next(made, None)
    return made


def array_over(
    owner: Any, dtype: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int, write: bool
) -> Any:
    """Return an array in the memory of an object that is not an array, such as a bytearray."""
    window = importlib.import_module("numpy").ndarray(shape, dtype, buffer=owner, offset=offset, strides=strides)
    window.flags.writeable = write
    return window


def match(pattern: re.Pattern[Any], kind: str, text: Any, start: int, end: int) -> re.Match[Any] | None:
    """Return what a regular expression finds by one of its methods."""
    found: re.Match[Any] | None = getattr(pattern, kind)(text, start, end)
    return found


def shared_generator(module: str, name: str) -> Any:
    """Return the random generator that a library keeps for its functions."""
    return getattr(importlib.import_module(module), name)


# ---- weak references


def weak(target: Any) -> weakref.ref[Any]:
    """Return a weak reference to an object of the stream."""
    return weakref.ref(target)


def dead_weak() -> weakref.ref[Any]:
    """Return a weak reference whose target is gone."""
    return weakref.ref(set())


def weak_values(items: Iterable[tuple[Any, Any]]) -> weakref.WeakValueDictionary[Any, Any]:
    """Return a dict that holds its values weakly."""
    return weakref.WeakValueDictionary(items)


def weak_keys(items: Iterable[tuple[Any, Any]]) -> weakref.WeakKeyDictionary[Any, Any]:
    """Return a dict that holds its keys weakly."""
    return weakref.WeakKeyDictionary(items)
