"""How pandas objects are taken apart: large DataFrames by column, so that replacing one stores one."""

from __future__ import annotations

import copyreg
import sys
from typing import Any

from nbflow.store.pickling import rebuild
from nbflow.store.pickling.array_layout import HeldArray, span
from nbflow.store.pickling.recorder import Recorder

SPLIT_BYTES = 1 << 20
SPLIT_ROWS = 8192  # from here on a column of 8-byte values is a buffer of its own
SPLIT_COLUMNS = 2000


def reduce_frame(recorder: Recorder, frame: Any) -> Any:
    """By column when that pays. Subclasses, forbidden duplicates and memory shared with an array: as pandas does it."""
    keep_apart(recorder, frame)
    if id(frame) in recorder.layout.whole_frames or not (recorder.by_column or _worth_splitting(frame)):
        return NotImplemented
    columns = [_column(frame, i) for i in range(frame.shape[1])]
    if not frame.flags.allows_duplicate_labels or not all(_lies_dense(values) for values in columns):
        return NotImplemented
    _hold(recorder, frame, columns)
    return rebuild.frame, (columns, frame.columns, frame.index, dict(frame.attrs))


def _worth_splitting(frame: Any) -> bool:
    rows: int
    columns: int
    rows, columns = frame.shape
    return rows >= SPLIT_ROWS and rows * columns * 8 >= SPLIT_BYTES and columns <= SPLIT_COLUMNS


def _column(frame: Any, i: int) -> Any:
    values = frame.iloc[:, i].array
    return values.to_numpy() if type(values).__name__ in ("NumpyExtensionArray", "PandasArray") else values


def _lies_dense(values: Any) -> bool:
    """Whether the column can be stored without gathering it first; rows of a frame made from one array cannot."""
    return all(inner.flags.c_contiguous for inner in _memory(values))


def _hold(recorder: Recorder, frame: Any, columns: list[Any]) -> None:
    for inner in (inner for values in columns for inner in (values, *_memory(values))):
        recorder.guard(inner)
    for block in frame._mgr.blocks:  # whole blocks: what an array outside may share more of than one column
        for inner in _memory(block.values):
            recorder.hold(HeldArray(*span(inner), inner, recorder.copies_on_write, id(frame)))


def reduce_block(recorder: Recorder, block: Any) -> Any:
    """With those for which pandas copies it before a write, where an array looks at the memory as well."""
    guard_block(recorder, block)
    if not _is_shared(recorder, block):
        return NotImplemented
    values, place, dimensions = block.__reduce__()[1]
    return rebuild.block, (values, place, dimensions, block.refs)


def reduce_manager(recorder: Recorder, manager: Any) -> Any:
    """What a Series holds: pandas itself would store the values without their block."""
    if not _is_shared(recorder, manager.blocks[0]):
        return NotImplemented
    return rebuild.manager, (manager.blocks[0], manager.axes[0])


def reduce_references(_: Recorder, __: Any) -> Any:
    """Which blocks share memory. Those that are loaded add themselves; who is not stored needs no copy."""
    return rebuild.references, ()


def _is_shared(recorder: Recorder, block: Any) -> bool:
    if not recorder.copies_on_write:
        return False
    return any(recorder.layout.place(*span(inner)) is not None for inner in _memory(block.values))


def guard_block(recorder: Recorder, block: Any) -> None:
    for inner in (block.values, *_memory(block.values)):
        recorder.guard(inner)


def guard_index(recorder: Recorder, index: Any) -> Any:
    parts = (index._data,) if index.nlevels == 1 else index.codes
    for inner in (inner for part in parts for inner in (part, *_memory(part))):
        recorder.guard(inner)
    return NotImplemented


def reduce_arrow(recorder: Recorder, values: Any) -> Any:
    """One chunk as it lies there: pandas would copy it first, so that what is mapped looked new every time."""
    chunks = getattr(values, "_pa_array", None)
    state = getattr(values, "__dict__", {})
    if chunks is None or "_pa_array" not in state or getattr(chunks, "num_chunks", 0) != 1:
        return reduce_extension(recorder, values)
    chunk = chunks.chunk(0)
    if chunk.offset or chunk.get_total_buffer_size() > chunk.nbytes + 4096:
        return reduce_extension(recorder, values)  # a small window on something large
    return copyreg.__newobj__, (type(values),), _without_cache({**state, "_pa_array": chunk})  # type: ignore[attr-defined]


def reduce_extension(recorder: Recorder, values: Any) -> Any:
    """Columns and dtypes without what pandas keeps in them while they are only read."""
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
    """Guard what a Series or DataFrame hands to pickle without its blocks, and a list that all of a class share."""
    recorder.guarded.add(id(obj._metadata))
    for block in obj._mgr.blocks:
        guard_block(recorder, block)
    return NotImplemented


def _memory(values: Any) -> list[Any]:
    """The numpy arrays that hold a column: one, or data and mask; none for what Arrow holds."""
    inner = [values] + [getattr(values, name, None) for name in ("_ndarray", "_data", "_mask")]
    return [array for array in inner if type(array) is sys.modules["numpy"].ndarray]


def copies_on_write() -> bool:
    """Whether pandas copies before a write to memory that two of its objects share; always so since pandas 3."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return False
    return int(pandas.__version__.partition(".")[0]) >= 3 or pandas.options.mode.copy_on_write is True
