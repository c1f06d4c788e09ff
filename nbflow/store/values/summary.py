"""Describes a value in a few words when it is stored, so that nobody must load it to see what it is."""

from __future__ import annotations

import reprlib
import sys
from collections.abc import Mapping, Sized
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from nbflow.store.values.artifact_ref import Summary
from nbflow.store.values.thumbnail import thumbnail
from nbflow.store.values.tombstone import Tombstone
from nbflow.store.values.user_code import LONGEST_NAME, SECONDS_FOR_TEXT, TakesTooLong, answer_of, type_name_of

TEXT = 200  # characters
COLUMNS, FIELDS = 100, 40
HEAD_ROWS, HEAD_COLUMNS = 5, 12

_PLAIN: frozenset[type] = frozenset({int, float, bool, complex, type(None)})
_TEXTS: frozenset[type] = frozenset({str, bytes})
_CONTAINERS = (list, tuple, dict, set, frozenset)
_WITHOUT_PICTURE = _PLAIN | _TEXTS | {*_CONTAINERS}

SECONDS_FOR_SUMMARY, SECONDS_FOR_PICTURE = 1.0, 5.0


class _Repr(reprlib.Repr):
    """Shortens reprs, and shows an int of more than 4,300 digits, which Python does not write as a decimal."""

    def repr_int(self, x: int, level: int) -> str:
        text = _plain(x)
        return text if len(text) <= self.maxlong else f"{text[:18]}...{text[-19:]}"

    def repr_datetime(self, x: object, level: int) -> str:
        """Return it whole, also with the name of a time zone: tables show the time."""
        return repr(x) if type(x) is datetime else self.repr_instance(x, level)


_short = _Repr()
_short.maxlist = _short.maxtuple = _short.maxdict = _short.maxset = _short.maxfrozenset = 6
_short.maxstring = _short.maxother = 80
_short.maxlevel = 3


def summarise(value: object) -> Summary:
    """Describe a value; quick for any size: containers by their beginning, arrays by shape and dtype. Never raises."""
    summary = describe_briefly(value)
    if type(value) in _WITHOUT_PICTURE:
        return summary
    return answer_of(lambda: _illustrate(value, summary), lambda _: summary, SECONDS_FOR_PICTURE)


def in_words(value: object) -> str:
    """Return the text of a value's summary: one short line."""
    return describe_briefly(value).text


def _illustrate(value: Any, summary: Summary) -> Summary:
    """Add the first rows of a frame, or a small picture."""
    if summary.columns:
        head = value.iloc[:HEAD_ROWS, :HEAD_COLUMNS].to_html(border=0, max_cols=HEAD_COLUMNS)
        return replace(summary, head=head)
    image = thumbnail(value)
    return replace(summary, image=image) if image else summary


def describe_briefly(value: object) -> Summary:
    """Describe a value as `summarise` does, but without a picture and without the first rows."""
    kind = type(value)
    if kind in _PLAIN:
        return Summary(kind.__name__, _plain(value)[:TEXT])
    if kind in _TEXTS:
        return Summary(kind.__name__, _short.repr(value)[:TEXT])
    name = answer_of(lambda: _type_name(kind)[:LONGEST_NAME], lambda _: "object", SECONDS_FOR_TEXT)
    if kind is Tombstone:
        return Summary(name, repr(value)[:TEXT])
    return answer_of(
        lambda: _special(value, name) or _ordinary(value, name),
        lambda error: Summary(name, f"<{name}, its repr {_what_it_does(error)}>"[:TEXT]),
        SECONDS_FOR_SUMMARY,
    )


def _what_it_does(error: BaseException) -> str:
    return "takes too long" if isinstance(error, TakesTooLong) else f"raises {type_name_of(type(error))}"


def _plain(value: Any) -> str:
    try:
        return repr(value)
    except ValueError:  # an int of more than 4,300 digits
        return hex(value)


def _special(value: Any, name: str) -> Summary | None:
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and isinstance(value, numpy.ndarray):
        return Summary(name, _array_text(value), tuple(value.shape), str(value.dtype))
    if pandas is not None and isinstance(value, pandas.DataFrame):
        return _frame(value, name)
    if pandas is not None and isinstance(value, pandas.Series | pandas.Index):
        text = f"{len(value)} × {value.dtype}: {_short.repr(value[:6].tolist())}"
        return Summary(name, text[:TEXT], tuple(value.shape), str(value.dtype))
    return None


def _array_text(array: Any) -> str:
    shape = "×".join(map(str, array.shape)) or "scalar"
    first = _short.repr(array.reshape(-1)[:6].tolist()) if array.size and array.flags.forc else ""
    return f"{shape} {array.dtype} {first}".strip()[:TEXT]


def _frame(frame: Any, name: str) -> Summary:
    rows, columns = frame.shape
    listed = zip(frame.columns[:COLUMNS], frame.dtypes.iloc[:COLUMNS], strict=True)
    dtypes = tuple((str(column), str(dtype)) for column, dtype in listed)
    text = f"{rows} rows × {columns} columns: {', '.join(column for column, _ in dtypes[:12])}"
    return Summary(name, text[:TEXT], (rows, columns), None, dtypes)


def _ordinary(value: Any, name: str) -> Summary:
    kind = type(value)
    shape = _shape(value)
    if kind in _CONTAINERS:
        text = f"{len(value)} items: {_content(value)}"[:TEXT]
        return Summary(name, text, shape, fields=_fields(value))
    if _repr_is_risky(value):
        return Summary(name, f"{len(value)} items", shape)
    return Summary(name, " ".join(_short.repr(value).split())[:TEXT], shape, _dtype(value), fields=_fields(value))


def _fields(value: Any) -> tuple[tuple[str, str], ...]:
    """Return each key of a small dict, tuple or dataclass with the short repr of what it holds, in their order."""
    parts = _parts(value)
    return tuple((key, _short.repr(part)) for key, part in parts.items()) if 0 < len(parts) <= FIELDS else ()


def _parts(value: Any) -> Mapping[str, Any]:
    kind = type(value)
    if kind is dict:
        return value if len(value) <= FIELDS and all(type(key) is str for key in value) else {}
    if isinstance(value, tuple):
        names = getattr(kind, "_fields", None) or [f"[{place}]" for place in range(len(value))]
        return dict(zip(names, value, strict=True)) if len(value) <= FIELDS else {}
    if is_dataclass(kind):
        return {field.name: getattr(value, field.name, None) for field in islice(fields(kind), FIELDS + 1)}
    return {}


def _content(value: Any) -> str:
    """Return the content of a container; `rate=0.1, leaves=4` for a dict with names as keys, as foreach items have."""
    first = list(islice(value, _short.maxdict)) if type(value) is dict else []
    if not first or not all(isinstance(key, str) and key.isidentifier() for key in first):
        return _short.repr(value)
    more = ["..."] if len(value) > len(first) else []
    return ", ".join([*(f"{key}={_short.repr(value[key])}" for key in first), *more])


def _repr_is_risky(value: Any) -> bool:
    """Return whether the repr may be huge: large subclasses of containers, deques and the like print all items."""
    return isinstance(value, Sized) and not hasattr(value, "shape") and len(value) > 1000


def _shape(value: Any) -> tuple[int, ...] | None:
    shape = getattr(value, "shape", None)
    is_shape = isinstance(shape, tuple) and all(isinstance(n, int) for n in shape)
    return tuple(shape) if is_shape and shape is not None else None


def _dtype(value: Any) -> str | None:
    dtype = getattr(value, "dtype", None)
    return None if dtype is None else str(dtype)[:TEXT]


def _type_name(kind: type) -> str:
    """Return the name by which users import a type: `pandas.DataFrame`, not `pandas.core.frame.DataFrame`."""
    if kind.__module__ in ("builtins", "__main__"):
        return kind.__qualname__
    package = kind.__module__.partition(".")[0]
    public = getattr(sys.modules.get(package), kind.__name__, None) is kind
    return f"{package if public else kind.__module__}.{kind.__qualname__}"
