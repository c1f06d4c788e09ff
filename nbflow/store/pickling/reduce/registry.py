"""Finds the reducer of a type: how it is taken apart, or why it cannot be stored. Users register their own here."""

from __future__ import annotations

import io
import mmap
import random
import re
import subprocess
import sys
import threading
import types
import weakref
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from nbflow.store.pickling import rebuild
from nbflow.store.pickling.home import SENTINELS
from nbflow.store.pickling.recorder import Recorder
from nbflow.store.pickling.reduce import arrays, crossing, frames, functions, handles, instances, views
from nbflow.store.values.tombstone import Tombstone

Reducer = Callable[[Recorder, Any], Any]


def _lose(reason: str) -> Reducer:
    return lambda recorder, obj: recorder.lose(obj, reason)


def reduce_weakref(recorder: Recorder, reference: weakref.ref[Any]) -> Any:
    """Store a weak reference if the stream holds its target anyway; the reference must not keep the target alive."""
    target = reference()
    if target is None or recorder.layout.present is None:  # the first pass does not know what else is stored
        recorder.weak_targets.extend(() if target is None else (target,))
        return rebuild.dead_weak, ()
    if id(target) not in recorder.layout.present:
        return recorder.lose(reference, "what it points to is not stored with it")
    return rebuild.weak, (target,)


def reduce_weak_values(recorder: Recorder, mapping: Any) -> Any:
    """Store a dict that holds its values weakly."""
    return rebuild.weak_values, (list(mapping.items()),)


def reduce_weak_keys(recorder: Recorder, mapping: Any) -> Any:
    """Store a dict that holds its keys weakly."""
    return rebuild.weak_keys, (list(mapping.items()),)


def reduce_figure(recorder: Recorder, figure: Any) -> Any:
    """Store a figure so that loading does not register it with pyplot, which would give it a number and show it."""
    make, arguments, state, *rest = figure.__reduce_ex__(5)
    return make, arguments, {name: value for name, value in state.items() if name != "_restore_to_pylab"}, *rest


def reduce_callbacks(recorder: Recorder, registry: Any) -> Any:
    """Store callbacks with the next free number; matplotlib raises its counter whenever it pickles them."""
    make, arguments, state, *rest = registry.__reduce_ex__(5)
    used = (number for callbacks in state["callbacks"].values() for number in callbacks)
    return make, arguments, {**state, "_cid_gen": max(used, default=-1) + 1}, *rest


def _reduce_exception(recorder: Recorder, error: BaseException) -> Any:
    """Store an exception without its traceback, which the reducer of tblib in `copyreg` would keep.

    Pickle would call its class with `args`, of which an `__init__` in Python may want more or others, and would drop
    the exceptions that led to this one.
    """
    reduction = instances.reduce_owner(recorder, error)
    reduction = recorder.reduce_as_pickle(error) if reduction is NotImplemented else reduction
    if not isinstance(reduction, tuple):
        return reduction
    if instances.has_initializer(type(error)):
        cls, args, *rest = reduction
        reduction = rebuild.exception, (cls, *args), *rest
    links = error.__cause__, error.__context__, error.__suppress_context__
    return _with_links(reduction, links) if any(links) else reduction


def _with_links(reduction: tuple[Any, ...], links: tuple[Any, ...]) -> tuple[Any, ...]:
    make, arguments, *rest = reduction
    state, items, entries, set_state = [*rest, None, None, None, None][:4]
    return make, arguments, (set_state, state, *links), items, entries, rebuild.set_exception


EXACT: dict[type, Reducer | None] = {
    types.FunctionType: functions.reduce_function,
    types.CellType: functions.reduce_cell,
    types.ModuleType: functions.reduce_module,
    functions.CACHED: functions.reduce_cached,
    **dict.fromkeys(SENTINELS - {object}, functions.reduce_typing),
    type: functions.reduce_class,
    object: functions.reduce_sentinel,
    weakref.ref: reduce_weakref,
    weakref.WeakValueDictionary: reduce_weak_values,
    weakref.WeakKeyDictionary: reduce_weak_keys,
    memoryview: views.reduce_memoryview,
    types.MappingProxyType: views.reduce_proxy,
    re.Match: views.reduce_match,
    views.CALLING: views.reduce_calling,
    random.Random: views.reduce_python_generator,
    **dict.fromkeys(views.VIEWS, views.reduce_view),
    **dict.fromkeys(views.ITERATORS, views.reduce_iterator),
    **dict.fromkeys(views.WRAPPERS, views.reduce_wrapper),
    Tombstone: None,
    io.StringIO: None,
    io.BytesIO: None,
    types.GeneratorType: _lose("a running generator cannot be stored; store list(…) of it"),
    types.CoroutineType: _lose("a coroutine cannot be stored"),
    types.AsyncGeneratorType: _lose("an async generator cannot be stored"),
    types.FrameType: _lose("a stack frame cannot be stored"),
    types.TracebackType: _lose("a traceback cannot be stored"),
    weakref.ProxyType: _lose("a weak proxy cannot be stored"),
    weakref.CallableProxyType: _lose("a weak proxy cannot be stored"),
    mmap.mmap: _lose("a memory map belongs to this process"),
    **dict.fromkeys(handles.LOCKS, handles.reduce_lock),
}

FAMILIES: tuple[tuple[type, Reducer], ...] = (
    (type, functions.reduce_class),
    (types.ModuleType, functions.reduce_module),
    (threading.Thread, _lose("a thread belongs to this process")),
    (subprocess.Popen, _lose("a running program belongs to this process")),
    (io.IOBase, handles.reduce_file),
)


# reducers of users

Reduce = Callable[[Any], tuple[Any, ...]]
"""Returns, as `__reduce__` does, what makes the value again: a function, its arguments and perhaps a state."""

_registered: dict[type, Reduce] = {}
ENTRY_POINTS = "nbflow.reducers"


def register_reducer(kind: type, reduce: Reduce) -> None:
    """Store values of a type, and of its subclasses, by what `reduce(value)` returns.

    Call this in an ordinary cell, which every worker executes, or in a function that a package offers as an entry point
    of the group `nbflow.reducers`. It holds for this process.

    Args:
        kind: The type.
        reduce: Returns `(function, arguments)` or `(function, arguments, state)`, as `__reduce__` does. The function
            must be importable in a step, or defined in an ordinary cell.

    Raises:
        TypeError: `kind` is not a type.

    Example:
        >>> class Reader:
        ...     def __init__(self, path: str) -> None:
        ...         self.path = path
        >>> register_reducer(Reader, lambda reader: (Reader, (reader.path,)))
    """
    if not isinstance(kind, type):
        raise TypeError(f"register_reducer takes a type first, not {kind!r}")
    _registered[kind] = reduce


@cache
def load_entry_points() -> None:
    """Call the entry points of installed packages. This is slow, so it is done only before a value would be lost."""
    from importlib import metadata  # noqa: PLC0415 - which reads mail: no other value needs that

    for point in metadata.entry_points(group=ENTRY_POINTS):
        point.load()()


def registered(kind: type) -> Reducer | None:
    """Return the reducer that users have registered for a type or one of its bases."""
    found = next((_registered[one] for one in kind.__mro__ if one in _registered), None)
    return None if found is None else lambda recorder, value: found(value)


def reducer_of(kind: type) -> Reducer | None:
    """Return the reducer for values of a type; None if pickle's own way is right."""
    if _registered and (own := registered(kind)):
        return own
    for family, reducer in (
        *_handle_families(),
        *crossing.families(),
        *_array_families(),
        *_frame_families(),
        *_figure_families(),
        *_session_families(),
        *_families_of_c(),
        *FAMILIES,
    ):
        if issubclass(kind, family):
            return reducer
    if instances.has_maker(kind):
        return instances.reduce_made
    if issubclass(kind, BaseException):
        return _reduce_exception
    return instances.reduce_owner if instances.has_own(kind) else None


def _families_of_c() -> list[tuple[type, Reducer]]:
    """Return the reducer of arrays and structures of C: the dict of their attributes is no state of its own."""
    ctypes = sys.modules.get("ctypes")
    return [] if ctypes is None else [(ctypes.Array.__base__, lambda recorder, data: recorder.reduce_as_pickle(data))]


def _session_families() -> list[tuple[type, Reducer]]:
    """Return the reducers of types that belong to a kernel: pickle would store everything that the kernel holds."""
    known = {
        ("ipywidgets.widgets.widget", "Widget"): "a widget belongs to its front end; create it again",
        ("IPython.core.interactiveshell", "InteractiveShell"): "the shell belongs to this kernel",
        ("ipykernel.kernelbase", "Kernel"): "the kernel is this process",
        ("nbflow.jupyter.kernel.session", "Session"): "the session belongs to this kernel",
    }
    found = ((getattr(sys.modules.get(module), name, None), reason) for (module, name), reason in known.items())
    return [(family, _lose(reason)) for family, reason in found if family is not None]


_HANDLES: Mapping[tuple[str, str], Reducer] = {
    ("socketserver", "BaseServer"): _lose("a server belongs to this process"),
    ("concurrent.futures._base", "Future"): handles.reduce_future,
    ("tempfile", "_TemporaryFileWrapper"): handles.reduce_temporary,
    ("sqlite3", "Connection"): handles.reduce_connection,
    ("sqlite3", "Cursor"): handles.reduce_cursor,
    ("sqlite3", "Row"): handles.reduce_row,
    ("numpy.lib.npyio", "NpzFile"): handles.reduce_archive,
    ("pandas.io.parsers.readers", "TextFileReader"): _lose("it reads from an open file; read its chunks in one step"),
    ("patsy.design_info", "DesignMatrix"): handles.reduce_design_matrix,
    **{("patsy.design_info", name): handles.reduce_design for name in ("DesignInfo", "FactorInfo", "SubtermInfo")},
    ("patsy.desc", "Term"): handles.reduce_design,
    ("patsy.eval", "EvalFactor"): handles.reduce_design,
    ("patsy.eval", "EvalEnvironment"): handles.reduce_design,
    ("patsy.user_util", "LookupFactor"): handles.reduce_design,
}


def _handle_families() -> list[tuple[type, Reducer]]:
    found = ((getattr(sys.modules.get(module), name, None), reducer) for (module, name), reducer in _HANDLES.items())
    return [(family, reducer) for family, reducer in found if family is not None]


def _array_families() -> list[tuple[type, Reducer]]:
    numpy = sys.modules.get("numpy")  # there are no arrays before numpy is imported
    if numpy is None or not hasattr(numpy, "ndarray"):
        return []
    generator = getattr(sys.modules.get("numpy.random.mtrand"), "RandomState", None)
    return [
        (numpy.ndarray, lambda recorder, array: _reduce_any_array(recorder, array, numpy.ndarray)),
        (numpy.void, arrays.reduce_void),
        (numpy.flatiter, views.reduce_flat),
        *([] if generator is None else [(generator, views.reduce_numpy_generator)]),
    ]


def _reduce_any_array(recorder: Recorder, array: Any, ndarray: type) -> Any:
    reduce = arrays.reduce_array if type(array) is ndarray else arrays.reduce_subclass
    return reduce(recorder, array)


def _frame_families() -> list[tuple[type, Reducer]]:
    pandas, internals = sys.modules.get("pandas"), sys.modules.get("pandas._libs.internals")
    if pandas is None or internals is None or not hasattr(pandas, "DataFrame"):
        return []
    arrow = getattr(sys.modules.get("pandas.core.arrays.arrow"), "ArrowExtensionArray", None)
    return [
        *([] if arrow is None else [(arrow, frames.reduce_arrow)]),
        (pandas.api.extensions.ExtensionArray, frames.reduce_extension),
        (pandas.api.extensions.ExtensionDtype, frames.reduce_extension),
        (pandas.DataFrame, _reduce_any_frame),
        (pandas.Series, frames.keep_apart),
        (pandas.Index, frames.guard_index),
        (internals.Block, frames.reduce_block),
        (internals.BlockValuesRefs, frames.reduce_references),
        (sys.modules["pandas.core.internals.managers"].SingleBlockManager, frames.reduce_manager),
    ]


def _reduce_any_frame(recorder: Recorder, frame: Any) -> Any:
    exact = type(frame) is sys.modules["pandas"].DataFrame
    return frames.reduce_frame(recorder, frame) if exact else frames.keep_apart(recorder, frame)


def _figure_families() -> list[tuple[type, Reducer]]:
    figure = getattr(sys.modules.get("matplotlib.figure"), "Figure", None)
    callbacks = getattr(sys.modules.get("matplotlib.cbook"), "CallbackRegistry", None)
    return [] if figure is None or callbacks is None else [(figure, reduce_figure), (callbacks, reduce_callbacks)]
