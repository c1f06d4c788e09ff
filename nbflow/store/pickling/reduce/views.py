"""Takes views apart: objects that show what another object holds.

A view is tied to the object that it shows if that object is stored too. Otherwise nobody can change what the view
shows: then its content is stored, and the object behind it, which may be large, is not.
"""

from __future__ import annotations

import gc
import operator
import re
import sys
import types
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from nbflow.store.pickling import rebuild
from nbflow.store.pickling.recorder import Recorder

_KINDS = ("keys", "values", "items")
_MAPPINGS: tuple[Mapping[Any, Any], ...] = ({}, OrderedDict())
VIEWS: Mapping[type, str] = {type(getattr(made, kind)()): kind for made in _MAPPINGS for kind in _KINDS}
FORWARDS: Mapping[type, str] = {type(iter(getattr({}, kind)())): kind for kind in _KINDS}
BACKWARDS: Mapping[type, str] = {type(reversed(getattr({}, kind)())): kind for kind in _KINDS}
ITERATORS: Mapping[type, str] = {**FORWARDS, **BACKWARDS}


def reduce_view(recorder: Recorder, view: Any) -> Any:
    """Store `d.keys()`, `d.values()` or `d.items()`, tied to its dict."""
    mapping = _looked_at(view)
    if not recorder.is_stored(mapping):
        return NotImplemented
    return rebuild.dict_view, (mapping, VIEWS[type(view)])


def reduce_iterator(recorder: Recorder, iterator: Any) -> Any:
    """Store `iter(d)` or `reversed(d.items())`, unless the dict has changed its size, so that going on fails."""
    mapping, kind, left = _looked_at(iterator), type(iterator), operator.length_hint(iterator)
    if not left or not recorder.is_stored(mapping):
        return NotImplemented
    return rebuild.dict_iterator, (mapping, ITERATORS[kind], kind in BACKWARDS, len(mapping) - left)


_SCANNER = type(re.compile("").scanner(""))  # type: ignore[attr-defined]
WRAPPERS = (map, filter, zip, enumerate)
"""Are iterators over other iterators, which they ask for the next item."""


def reduce_wrapper(recorder: Recorder, iterator: Any) -> Any:
    """Store an iterator over others, so that it loads even if one of them was lost."""
    make, arguments, *state = iterator.__reduce__()
    return rebuild.wrapper, (make, arguments, *state)


CALLING = type(iter(int, 1))
"""Is an iterator that calls a function for each item."""


def reduce_calling(recorder: Recorder, iterator: Any) -> Any:
    """Store an iterator that calls a function, but not one over what a regular expression finds."""
    parts = iterator.__reduce__()
    if type(getattr(parts[1][0], "__self__", None)) is _SCANNER:
        return recorder.lose(iterator, "an iterator over matches cannot be stored; store list(…) of it")
    return parts


def reduce_proxy(recorder: Recorder, proxy: Any) -> Any:
    """Store a read-only view of a mapping, tied to its mapping."""
    mapping = _looked_at(proxy)
    return (types.MappingProxyType, (mapping,)) if recorder.is_stored(mapping) else NotImplemented


def reduce_match(recorder: Recorder, match: re.Match[Any]) -> Any:
    """Store what a regular expression has found, as how to find it again: in the same way, or only where it stands."""
    ways = [(kind, match.pos) for kind in ("search", "match", "fullmatch")]
    for kind, start in (*ways, ("match", match.start())):
        arguments = match.re, kind, match.string, start, match.endpos
        found = rebuild.match(*arguments)
        if found is not None and (found.regs, found.lastindex) == (match.regs, match.lastindex):
            return rebuild.match, arguments
    return recorder.lose(match, "what a regular expression has found cannot be found again; store its groups()")


def _looked_at(view: Any) -> Any:
    return next((one for one in gc.get_referents(view) if isinstance(one, Mapping)), None)


def reduce_flat(recorder: Recorder, iterator: Any) -> Any:
    """Store `array.flat` with its position."""
    return rebuild.flat_iterator, (iterator.base, iterator.index)


def reduce_memoryview(recorder: Recorder, window: memoryview) -> Any:
    """Store a memoryview of a whole object; a view of a part is lost."""
    under = window.obj
    if _facts(window) == _facts(memoryview(under)):
        return memoryview, (under,)
    return recorder.lose(window, "a view of part of another object's memory; store bytes(…) of it")


def _facts(window: memoryview) -> tuple[object, ...]:
    return window.format, window.shape, window.strides, window.readonly


def reduce_python_generator(recorder: Recorder, generator: Any) -> Any:
    """Store the process's own generator of `random` by name, so that `random.shuffle` still belongs to the process."""
    shared = sys.modules["random"]._inst
    return (rebuild.shared_generator, ("random", "_inst")) if generator is shared else NotImplemented


def reduce_numpy_generator(recorder: Recorder, generator: Any) -> Any:
    """Store the process's own generator of NumPy by name."""
    shared = sys.modules["numpy.random.mtrand"]._rand
    return (rebuild.shared_generator, ("numpy.random.mtrand", "_rand")) if generator is shared else NotImplemented
