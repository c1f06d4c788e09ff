"""Takes pandas objects apart: large DataFrames by column, so that replacing one column stores one column."""

from __future__ import annotations

import copyreg
import sys
from typing import Any

from nbflow.store.pickling import rebuild, rebuild_crossed
from nbflow.store.pickling.array_layout import HeldArray, span
from nbflow.store.pickling.recorder import Recorder
from nbflow.store.pickling.reduce import crossing

SPLIT_BYTES = 1 << 20
SPLIT_ROWS = 8192  # from this length a column of 8-byte values is a buffer of its own
SPLIT_COLUMNS = 2000


def reduce_frame(recorder: Recorder, frame: Any) -> Any:
    """Store a frame by column if that pays, or if another version of pandas may read it; else as pandas does.

    Frames that share memory with an array are also stored as pandas does, and so are those that forbid duplicate labels
    if no other version may read them.
    """
    keep_apart(recorder, frame)
    crosses = crossing.is_expected()
    if id(frame) in recorder.layout.whole_frames or not (recorder.by_column or crosses or _worth_splitting(frame)):
        return NotImplemented
    columns = [_column(frame, i) for i in range(frame.shape[1])]
    if crosses:
        columns = [values if _lies_dense(values) else values.copy() for values in columns]
    is_unique = not frame.flags.allows_duplicate_labels
    if (is_unique and not crosses) or not all(_lies_dense(values) for values in columns):
        return NotImplemented
    _hold(recorder, frame, columns)
    names = crossing.as_labels(frame.columns) if crosses else frame.columns
    make = rebuild_crossed.unique_frame if is_unique else rebuild.frame
    return make, (columns, names, frame.index, dict(frame.attrs))


def _worth_splitting(frame: Any) -> bool:
    rows: int
    columns: int
    rows, columns = frame.shape
    return rows >= SPLIT_ROWS and rows * columns * 8 >= SPLIT_BYTES and columns <= SPLIT_COLUMNS


def _column(frame: Any, i: int) -> Any:
    values = frame.iloc[:, i].array
    return values.to_numpy() if type(values).__name__ in ("NumpyExtensionArray", "PandasArray") else values


def _lies_dense(values: Any) -> bool:
    """Return whether a column can be stored without a copy; columns of a frame made from one array cannot."""
    return all(inner.flags.c_contiguous for inner in _memory(values))


def _hold(recorder: Recorder, frame: Any, columns: list[Any]) -> None:
    for inner in (inner for values in columns for inner in (values, *_memory(values))):
        recorder.guard(inner)
    for block in frame._mgr.blocks:  # whole blocks, because an array outside may share several columns
        for inner in _memory(block.values):
            recorder.hold(HeldArray(*span(inner), inner, recorder.copies_on_write, id(frame)))


def reduce_block(recorder: Recorder, block: Any) -> Any:
    """Store a block with its references, if an array uses its memory as well: pandas then copies before a write."""
    guard_block(recorder, block)
    values, place, dimensions = block.__reduce__()[1]
    if crossing.is_expected() and block.dtype == "str" and block.dtype != object:
        return rebuild_crossed.text_block, (values, place, dimensions)
    if not _is_shared(recorder, block):
        return NotImplemented
    return rebuild.block, (values, place, dimensions, block.refs)


def reduce_manager(recorder: Recorder, manager: Any) -> Any:
    """Store the manager of a Series with its block; pandas itself would store only the values."""
    if not _is_shared(recorder, manager.blocks[0]):
        return NotImplemented
    return rebuild.manager, (manager.blocks[0], manager.axes[0])


def reduce_references(_: Recorder, __: Any) -> Any:
    """Store no references: blocks that are loaded add themselves, and blocks that are not stored need no copy."""
    return rebuild.references, ()


def _is_shared(recorder: Recorder, block: Any) -> bool:
    if not recorder.copies_on_write:
        return False
    return any(recorder.layout.place(*span(inner)) is not None for inner in _memory(block.values))


def guard_block(recorder: Recorder, block: Any) -> None:
    """Note the arrays of a block, to which only pandas writes."""
    for inner in (block.values, *_memory(block.values)):
        recorder.guard(inner)


def guard_index(recorder: Recorder, index: Any) -> Any:
    """Note the arrays of an index, to which only pandas writes."""
    parts = (index._data,) if index.nlevels == 1 else index.codes
    for inner in (inner for part in parts for inner in (part, *_memory(part))):
        recorder.guard(inner)
    return NotImplemented


def reduce_arrow(recorder: Recorder, values: Any) -> Any:
    """Store an Arrow column of one chunk as it is: pandas would copy it, so a mapped column would look changed."""
    chunks = getattr(values, "_pa_array", None)
    state = getattr(values, "__dict__", {})
    if chunks is None or "_pa_array" not in state or getattr(chunks, "num_chunks", 0) != 1:
        return reduce_extension(recorder, values)
    chunk = chunks.chunk(0)
    if chunk.offset or chunk.get_total_buffer_size() > chunk.nbytes + 4096:
        return reduce_extension(recorder, values)  # a small part of a large buffer
    return copyreg.__newobj__, (type(values),), _without_cache({**state, "_pa_array": chunk})  # type: ignore[attr-defined]


def reduce_extension(recorder: Recorder, values: Any) -> Any:
    """Store a column or a dtype without the caches that pandas fills while it is only read."""
    reduction = values.__reduce_ex__(5)
    if not isinstance(reduction, tuple) or len(reduction) < 3:
        return NotImplemented
    return (*reduction[:2], _without_cache(reduction[2]), *reduction[3:])


def _without_cache(state: Any) -> Any:
    if isinstance(state, tuple) and state and isinstance(state[-1], dict) and "_cache" in state[-1]:
        attributes = _without_cache(state[-1])
        return (*state[:-1], attributes) if attributes else state[:-1]
    if isinstance(state, dict) and "_cache" in state:
        return {name: value for name, value in state.items() if name != "_cache"}
    return state


def keep_apart(recorder: Recorder, obj: Any) -> Any:
    """Note the arrays of a Series or DataFrame, and a list that all objects of the class share."""
    recorder.guarded.add(id(obj._metadata))
    for block in obj._mgr.blocks:
        guard_block(recorder, block)
    return NotImplemented


def _memory(values: Any) -> list[Any]:
    """Return the NumPy arrays that hold a column: one, or data and mask; none if Arrow holds it."""
    inner = [values] + [getattr(values, name, None) for name in ("_ndarray", "_data", "_mask")]
    return [array for array in inner if type(array) is sys.modules["numpy"].ndarray]


def copies_on_write() -> bool:
    """Return whether pandas copies before a write to memory that two of its objects share: always since pandas 3."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return False
    return int(pandas.__version__.partition(".")[0]) >= 3 or pandas.options.mode.copy_on_write is True
