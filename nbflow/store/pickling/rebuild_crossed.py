"""Rebuilds values of libraries from a form that several of their versions read.

Stored streams name these functions, so that none of them may be renamed or moved.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any

from nbflow.store.values.package_versions import python_version


def labels(texts: Any, name: Any) -> Any:
    """Return labels of columns, as this version of pandas makes them of texts."""
    pandas = importlib.import_module("pandas")
    return pandas.Index(texts, dtype="str" if pandas.Series(["a"]).dtype == "str" else object, name=name)


def text_dtype(storage: str, is_nan: bool) -> Any:
    """Return the dtype of texts; `is_nan` says whether NaN stands for a missing one, which is new in pandas 3."""
    pandas = importlib.import_module("pandas")
    if not is_nan:
        return pandas.StringDtype(storage)
    kept = "python" if find_spec("pyarrow") is None else storage  # the dtype has the same name, and equal values
    return pandas.StringDtype(kept, na_value=float("nan"))


def texts(values: Any, storage: str, is_nan: bool) -> Any:
    """Return a column of texts."""
    return importlib.import_module("pandas").array(values, dtype=text_dtype(storage, is_nan))


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
