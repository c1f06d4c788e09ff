"""Rebuilds values of libraries from a form that several of their versions read.

Stored streams name these functions, so that none of them may be renamed or moved.
"""

from __future__ import annotations

import importlib
from datetime import timedelta, timezone
from importlib.util import find_spec
from typing import Any
from zoneinfo import ZoneInfo

from nbflow.store.pickling import rebuild
from nbflow.store.values.package_versions import python_version

_WITHOUT_TEXTS = ("1.", "2.0.", "2.1.", "2.2.")
"""Begins the versions of pandas whose dtype of texts has no NaN."""


def labels(texts: Any, name: Any) -> Any:
    """Return labels of columns, as this version of pandas makes them of texts."""
    pandas = importlib.import_module("pandas")
    return pandas.Index(texts, dtype="str" if pandas.Series(["a"]).dtype == "str" else object, name=name)


def unique_frame(*parts: Any) -> Any:
    """Return a DataFrame that forbids duplicate labels."""
    made = rebuild.frame(*parts)
    made.flags.allows_duplicate_labels = False
    return made


def text_dtype(storage: str, is_nan: bool) -> Any:
    """Return the dtype of texts; `is_nan` says whether NaN stands for a missing one, which is new in pandas 3."""
    pandas = importlib.import_module("pandas")
    if not is_nan:
        return pandas.StringDtype(storage)
    kept = "python" if find_spec("pyarrow") is None else storage  # the dtype has the same name, and equal values
    return pandas.StringDtype(kept, na_value=float("nan"))


def texts(values: Any, storage: str, is_nan: bool) -> Any:
    """Return a column of texts: one of objects, as pandas itself makes it, where pandas lacks the dtype."""
    pandas = importlib.import_module("pandas")
    if is_nan and pandas.__version__.startswith(_WITHOUT_TEXTS):
        values[pandas.isna(values)] = float("nan")
        return values
    return pandas.array(values, dtype=text_dtype(storage, is_nan))


def text_block(values: Any, place: Any, dimensions: int) -> Any:
    """Return the block of a DataFrame that holds a column of texts."""
    kept = values.reshape(1, -1) if dimensions == 2 and values.dtype == object else values
    return importlib.import_module("pandas._libs.internals")._unpickle_block(kept, place, dimensions)


def moments(values: Any, zone: Any) -> Any:
    """Return a column of times, in a time zone if there is one, or of spans of time, without a copy."""
    pandas = importlib.import_module("pandas")
    kind = pandas.arrays.DatetimeArray if values.dtype.kind == "M" else pandas.arrays.TimedeltaArray
    unit = importlib.import_module("numpy").datetime_data(values.dtype)[0]
    return kind._simple_new(values, dtype=values.dtype if zone is None else zoned_dtype(unit, zone))


def timed_index(values: Any, name: Any, frequency: Any) -> Any:
    """Return an index of times, or of spans of time."""
    made = importlib.import_module("pandas").Index(values, name=name, copy=False)
    made.freq = frequency
    return made


def zone(name: str | None, offset: timedelta | None) -> Any:
    """Return a time zone by its name or offset: one of pytz, if it is installed."""
    if find_spec("pytz") is None:
        return ZoneInfo(name) if name else timezone(offset or timedelta())
    pytz = importlib.import_module("pytz")
    return pytz.timezone(name) if name else pytz.FixedOffset((offset or timedelta()) // timedelta(minutes=1))


def zoned_dtype(unit: str, zone: Any) -> Any:
    """Return the dtype of times in a time zone."""
    return importlib.import_module("pandas").DatetimeTZDtype(unit, zone)


def frozen(items: Any) -> Any:
    """Return the names of an index, which cannot be changed."""
    return type(importlib.import_module("pandas").Index([0]).names)(items)


def arrow(chunks: Any) -> Any:
    """Return a column that Arrow holds."""
    return importlib.import_module("pandas").arrays.ArrowExtensionArray(chunks)


def arrow_dtype(kind: Any) -> Any:
    """Return the dtype of columns that Arrow holds."""
    return importlib.import_module("pandas").ArrowDtype(kind)


def categories(codes: Any, listed: Any, is_ordered: bool) -> Any:
    """Return a column of categories."""
    pandas = importlib.import_module("pandas")
    return pandas.Categorical.from_codes(codes, dtype=pandas.CategoricalDtype(listed, is_ordered))


def periods(ordinals: Any, frequency: str) -> Any:
    """Return a column of periods."""
    pandas = importlib.import_module("pandas")
    return pandas.arrays.PeriodArray(ordinals, dtype=pandas.PeriodDtype(frequency))


def nat() -> Any:
    """Return the time that is missing."""
    return importlib.import_module("pandas").NaT


def code(python: str, make: Any, arguments: Any) -> Any:
    """Return the code of a function, unless it is that of another version of Python, which would crash."""
    if python != python_version():
        raise ImportError(f"the code of a function of Python {python} cannot run in Python {python_version()}")
    return make(*arguments)


def generator(bits: Any) -> Any:
    """Return a generator of random numbers."""
    return importlib.import_module("numpy").random.Generator(bits)


def random_state(name: str, state: Any) -> Any:
    """Return a generator of random numbers of the old kind."""
    random = importlib.import_module("numpy").random
    made = random.RandomState(getattr(random, name)())
    made.set_state(state)
    return made


def bit_generator(name: str, state: Any, seeds: Any) -> Any:
    """Return a source of random bits. NumPy 1 does not keep from which seeds it would spawn others."""
    numpy = importlib.import_module("numpy")
    made = getattr(numpy.random, name)()
    if numpy.__version__.startswith("1."):
        made.state = state
    else:
        made.__setstate__((state, seeds))
    return made
