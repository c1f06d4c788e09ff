"""Takes NumPy arrays apart: their memory goes out of band, and arrays in shared memory become views of one owner."""

from __future__ import annotations

import array as array_module
import pickle
import sys
from dataclasses import dataclass
from typing import Any

from nbflow.store.pickling import rebuild
from nbflow.store.pickling.array_layout import HeldArray, Shared, span
from nbflow.store.pickling.recorder import Recorder

KINDS = frozenset("biufcmMSUV")  # dtypes whose bytes are the value: no objects, no variable-length strings


def reduce_array(recorder: Recorder, array: Any) -> Any:
    """Store an array by its bytes, or as a view of the array that owns the memory."""
    if array.nbytes == 0 or array.dtype.kind not in KINDS | {"O"}:
        return NotImplemented
    if _is_freed(recorder, array):
        return _alone(array, True)
    start, stop = span(array)
    owner = _memory_of(array)
    if owner is not None and recorder.is_stored(owner):
        return _over(array, owner)
    recorder.hold(HeldArray(start, stop, array, id(array) in recorder.guarded))
    shared = recorder.layout.place(start, stop)
    if shared is not None and shared.owner is not array and shared.owner.flags.forc:
        return _as_view(array, shared)
    return NotImplemented if array.dtype.hasobject else _alone(array, array.flags.writeable)


def _is_freed(recorder: Recorder, array: Any) -> bool:
    """Tell whether a read-only array is stored with memory of its own, to which steps below may write."""
    is_free = array.flags.writeable or array.dtype.hasobject or id(array) in recorder.guarded
    return recorder.home.frees_arrays and not is_free


def _memory_of(array: Any) -> Any:
    """Return the object that is not an array and whose memory the array uses, if that object can be changed."""
    while type(array) is sys.modules["numpy"].ndarray:
        array = array.base
    owner = array.obj if isinstance(array, memoryview) else array
    return owner if isinstance(owner, bytearray | array_module.array) else None


def _over(array: Any, owner: Any) -> Any:
    whole = sys.modules["numpy"].frombuffer(owner, "u1")
    offset = array.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    return rebuild.array_over, (owner, array.dtype, array.shape, array.strides, offset, array.flags.writeable)


def _as_view(array: Any, shared: Shared) -> Any:
    owner = shared.owner
    offset = array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
    if array.dtype.hasobject:
        return rebuild.object_view, (owner, array.shape, array.strides, offset)
    return rebuild.array_view, (owner, array.dtype, array.shape, array.strides, offset, array.flags.writeable)


def _alone(array: Any, writable: bool) -> Any:
    numpy = sys.modules["numpy"]
    order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
    content = rebuild.flat(array if array.flags.forc else numpy.ascontiguousarray(array))
    facts = (pickle.PickleBuffer(content.view(numpy.uint8)), array.dtype, array.shape, order)
    return rebuild.array, facts if writable else (*facts, False)


@dataclass(frozen=True)
class _Place:
    """Lets NumPy make an array over memory that another object keeps alive."""

    __array_interface__: dict[str, object]
    keeper: object


def reduce_void(recorder: Recorder, element: Any) -> Any:
    """Store an element of a structured array as an array of no dimensions, which may share its memory with others."""
    numpy = sys.modules["numpy"]
    if element.dtype.names is None or element.dtype.hasobject:
        return NotImplemented
    address, _ = numpy.asarray(element).__array_interface__["data"]
    place = {"version": 3, "shape": (), "typestr": element.dtype.str, "data": (address, not element.flags.writeable)}
    return rebuild.void, (numpy.asarray(_Place(place, element)).view(element.dtype),)


def reduce_subclass(recorder: Recorder, array: Any) -> Any:
    """Store a matrix, a recarray or a user's subclass as a plain array and the class; a memmap as a plain array.

    A memmap that writes through to its file becomes read-only: a write to the copy would not change the file.
    """
    numpy = sys.modules["numpy"]
    cls = type(array)
    plain = array.view(numpy.ndarray)
    if cls is numpy.ma.MaskedArray and type(plain) is numpy.ndarray:
        state = {name: value for name, value in vars(array).items() if name != "_mask"}
        return rebuild.masked_array, (plain, array._mask, state)  # a view shares the mask, too
    if issubclass(cls, numpy.memmap):
        plain.flags.writeable &= array.mode not in ("r+", "w+")
        return rebuild.plain, (plain,)
    ours = all(
        getattr(cls, name) is getattr(numpy.ndarray, name) for name in ("__reduce__", "__reduce_ex__", "__setstate__")
    )
    if not ours or type(plain) is not numpy.ndarray or (hasattr(cls, "__getstate__") and "__getstate__" in vars(cls)):
        return NotImplemented
    return rebuild.array_subclass, (plain, cls, getattr(array, "__dict__", None) or None)
