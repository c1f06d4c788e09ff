"""Stores pandas objects in a form that several versions of pandas read: the steps of a flow may have different ones."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

from nbflow.store.pickling import rebuild, rebuild_crossed
from nbflow.store.pickling._cloudpickle import reduce_code
from nbflow.store.pickling.reduce import views
from nbflow.store.values.package_versions import python_version

_is_expected = False


def expect_crossing(expected: bool) -> None:
    """Say whether what this process stores may be read with other versions of the packages."""
    global _is_expected
    _is_expected = expected


def is_expected() -> bool:
    """Return whether what this process stores may be read with other versions of the packages."""
    return _is_expected


class StandIn:
    """Stands for an object while it is stored: it is made again by a function and its arguments."""

    def __init__(self, make: Callable[..., Any], *arguments: Any) -> None:
        self.make, self.arguments = make, arguments

    def __reduce__(self) -> Any:
        return self.make, self.arguments


def as_labels(index: Any) -> Any:
    """Return what stores the labels of columns: the index itself, unless its dtype is that of texts in pandas 3."""
    if index.dtype != "str" or index.dtype == object:
        return index
    return StandIn(rebuild_crossed.labels, index.to_numpy(object), index.name)


_Reduce = Callable[[Any, Any], Any]


def families() -> list[tuple[type, _Reduce]]:
    """Return the reducers of types that pickle for their own version only, if other versions may read the result."""
    if not _is_expected:
        return []
    found = ((getattr(sys.modules.get(module), name, None), reducer) for (module, name), reducer in _FORMS.items())
    return [(types.CodeType, _reduce_code), *((one, reducer) for one, reducer in found if isinstance(one, type))]


def _reduce_texts(_: Any, values: Any) -> Any:
    """Store a column of texts by its texts, how pandas keeps them, and how a missing one is written."""
    texts = values.to_numpy(object).copy()
    texts[values.isna()] = None
    return rebuild_crossed.texts, (texts, *_facts_of(values.dtype))


def _facts_of(dtype: Any) -> tuple[str, bool]:
    return dtype.storage, getattr(dtype, "na_value", None) is not sys.modules["pandas"].NA


def _as_zone(zone: Any) -> Any:
    """Return what stores a time zone: pandas 3 does not bring along pytz, of which those of pandas 2 are."""
    if not type(zone).__module__.startswith("pytz"):
        return zone
    return StandIn(rebuild_crossed.zone, zone.zone, None if zone.zone else zone.utcoffset(None))


def _reduce_moments(_: Any, values: Any) -> Any:
    return rebuild_crossed.moments, (values._ndarray, _as_zone(getattr(values, "tz", None)))


def _reduce_timed_index(recorder: Any, index: Any) -> Any:
    for array in (index._data, index._data._ndarray):
        recorder.guard(array)
    return rebuild_crossed.timed_index, (index._data, index.name, index.freq)


def _reduce_timestamp(_: Any, moment: Any) -> Any:
    make, (value, frequency, zone, unit) = moment.__reduce__()
    return make, (value, frequency, _as_zone(zone), unit)


def _reduce_generator(_: Any, generator: Any) -> Any:
    return rebuild_crossed.generator, (generator.bit_generator,)


def _reduce_random_state(recorder: Any, generator: Any) -> Any:
    reduction = views.reduce_numpy_generator(recorder, generator)
    if reduction is not NotImplemented and reduction[0] is rebuild.shared_generator:
        return reduction
    state = generator.get_state(legacy=False)
    return rebuild_crossed.random_state, (state["bit_generator"], state)


def _reduce_bit_generator(_: Any, bits: Any) -> Any:
    return rebuild_crossed.bit_generator, (type(bits).__name__, bits.state, bits.seed_seq)


def _reduce_code(_: Any, code: Any) -> Any:
    make, arguments = reduce_code(code)
    return rebuild_crossed.code, (python_version(), make, arguments)


_FORMS: Mapping[tuple[str, str], _Reduce] = {
    ("pandas.core.arrays.string_", "BaseStringArray"): _reduce_texts,
    ("pandas.core.arrays.string_", "StringDtype"): lambda _, dtype: (rebuild_crossed.text_dtype, _facts_of(dtype)),
    ("pandas.core.arrays.arrow", "ArrowExtensionArray"): lambda _, values: (rebuild_crossed.arrow, (values._pa_array,)),
    ("pandas.core.dtypes.dtypes", "ArrowDtype"): lambda _, dtype: (rebuild_crossed.arrow_dtype, (dtype.pyarrow_dtype,)),
    ("pandas.core.arrays.categorical", "Categorical"): lambda _, values: (
        rebuild_crossed.categories, (values._ndarray, values.categories, values.ordered),
    ),
    ("pandas.core.arrays.period", "PeriodArray"): lambda _, values: (
        rebuild_crossed.periods, (values._ndarray, values.freqstr),
    ),
    ("pandas.core.arrays.datetimes", "DatetimeArray"): _reduce_moments,
    ("pandas.core.arrays.timedeltas", "TimedeltaArray"): _reduce_moments,
    ("pandas.core.indexes.datetimes", "DatetimeIndex"): _reduce_timed_index,
    ("pandas.core.indexes.timedeltas", "TimedeltaIndex"): _reduce_timed_index,
    ("pandas.core.dtypes.dtypes", "DatetimeTZDtype"): lambda _, dtype: (
        rebuild_crossed.zoned_dtype, (dtype.unit, _as_zone(dtype.tz)),
    ),
    ("pandas.core.indexes.frozen", "FrozenList"): lambda _, items: (rebuild_crossed.frozen, ([*items],)),
    ("pandas._libs.tslibs.timestamps", "Timestamp"): _reduce_timestamp,
    ("pandas._libs.tslibs.nattype", "NaTType"): lambda _, __: (rebuild_crossed.nat, ()),
    ("numpy.random", "Generator"): _reduce_generator,
    ("numpy.random", "RandomState"): _reduce_random_state,
    ("numpy.random", "BitGenerator"): _reduce_bit_generator,
}  # fmt: skip
