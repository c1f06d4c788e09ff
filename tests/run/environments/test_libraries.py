"""Values that go between two versions of NumPy, pandas and scikit-learn: they are equal, or there is an error.

This builds environments of 100 MB, so it runs by hand: NBFLOW_EXPLORE=1.
"""

from __future__ import annotations

import os

import pytest

from tests.run.environments.test_runs import flow
from tests.run.running import Place, Ran

pytestmark = [
    pytest.mark.skipif("NBFLOW_EXPLORE" not in os.environ, reason="builds environments of 100 MB"),
    pytest.mark.timeout(900),
]

OLD, NEW = "'pandas==2.2.3' 'numpy==1.26.4' 'pyarrow<20'", "'pandas==3.0.*' 'numpy>=2' 'pyarrow<20'"
OLD_MODELS, NEW_MODELS = "scikit-learn==1.5.2 'numpy==1.26.4'", "scikit-learn==1.9.* 'numpy>=2'"

VALUES = {
    "ints": "np.arange(6).reshape(2, 3)",
    "large": "np.arange(100_000.0).reshape(4, -1)",
    "objects": "np.array([1, 'a', None, (2, 3)], dtype=object)",
    "texts": "np.array(['a', 'bcd'])",
    "times": "np.array(['2024-01-01', 'NaT'], dtype='M8[s]')",
    "scalars": "[np.float64(1.5), np.int8(3), np.bool_(True), np.str_('x'), np.datetime64('2024-01-01')]",
    "masked": "np.ma.array([1, 2, 3], mask=[0, 1, 0])",
    "records": "np.array([(1, 2.0)], dtype=[('a', 'i4'), ('b', 'f8')])",
    "nested": "{'a': [np.arange(3)], 'b': (1, 'x')}",
    "generator": "np.random.default_rng(3)",
    "state": "np.random.RandomState(3)",
    "numbers": "pd.DataFrame({'a': [1, 2, 3], 'b': [1.5, np.nan, 2]})",
    "wide": "pd.DataFrame(np.arange(200_000.0).reshape(-1, 4), columns=list('abcd'))",
    "mixed": "pd.DataFrame({'a': [1, 2], 't': pd.Series(['x', None], dtype=object), 'b': [True, False]})",
    "dates": "pd.DataFrame({'d': pd.to_datetime(['2024-01-01', None]).astype('M8[ns]')})",
    "seconds": "pd.Series(np.array(['2024-01-01', '2024-02-01'], dtype='M8[s]'))",
    "zones": "pd.Series(pd.to_datetime(['2024-01-01', '2024-06-01']).astype('M8[ns]').tz_localize('Europe/Berlin'))",
    "spans": "pd.Series(np.array([1, 2], dtype='m8[s]'))",
    "kinds": "pd.DataFrame({'c': pd.Categorical([1.5, 2, 1.5], categories=[1.5, 2], ordered=True)})",
    "inferred_kinds": "pd.Series(pd.Categorical(['x', 'y', 'x']))",
    "months": "pd.DataFrame({'p': pd.period_range('2024-01', periods=3, freq='M'), 'n': [1, 2, 3]})",
    "columns_of_one_array": "pd.DataFrame(np.arange(12).reshape(3, 4), columns=list('abcd'))[['a', 'c']]",
    "codes": "pd.Series(pd.Categorical([3, 1, 3]))",
    "nullable": "pd.DataFrame({'i': pd.array([1, None], dtype='Int64'), 'b': pd.array([True, None], dtype='boolean')})",
    "strings": "pd.Series(['x', None], dtype='string')",
    "strings_python": "pd.DataFrame({'t': pd.array(['x', None], dtype='string[python]')})",
    "strings_arrow": "pd.DataFrame({'t': pd.array(['x', None], dtype='string[pyarrow]')})",
    "arrow": "pd.Series([1, None], dtype='int64[pyarrow]')",
    "periods": "pd.Series(pd.period_range('2024-01', periods=3, freq='M'))",
    "intervals": "pd.Series(pd.interval_range(0, 3))",
    "sparse": "pd.Series(pd.arrays.SparseArray([0, 0, 1]))",
    "indexed": "pd.DataFrame({'v': [1, 2]}, index=pd.MultiIndex.from_tuples([(1, 2), (3, 4)], names=['p', 'q']))",
    "by_date": "pd.DataFrame({'v': [1, 2]}, index=pd.DatetimeIndex(['2024-01-01', '2024-01-02']).as_unit('ns'))",
    "named": "pd.Series([1.0, 2.0], name='n', index=pd.Index([5, 7], name='i'))",
    "index": "pd.Index([1, 2, 3], name='i')",
    "text_index": "pd.Series([1, 2], index=pd.Index(['a', 'b'], dtype=object))",
    "levels": "pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([(1, 2), (1, 3)]))",
    "frames": "{'a': pd.DataFrame({'a': [1]}), 'b': [pd.Series([1])]}",
    "stamp": "[pd.Timestamp('2024-01-01', tz='UTC'), pd.Timedelta('1D'), pd.NaT, pd.NA, pd.Interval(0, 1)]",
    "inferred": "pd.DataFrame({'t': ['x', None, 'y'], 'n': [1, 2, 3]})",
    "inferred_index": "pd.DataFrame({'n': [1, 2]}, index=['a', 'b'])",
}  # fmt: skip
"""Makes a value by an expression of Python."""

DESCRIBE = """
def describe(v):
    kind = type(v).__name__
    if isinstance(v, dict):
        return {k: describe(one) for k, one in v.items()}
    if isinstance(v, (list, tuple)):
        return kind, [describe(one) for one in v]
    if isinstance(v, np.random.Generator):
        return kind, v.bit_generator.state["state"]
    if isinstance(v, np.random.RandomState):
        return kind, v.get_state()[1].tolist()
    if isinstance(v, pd.DataFrame):
        columns = [describe(v.iloc[:, i].array) for i in range(v.shape[1])]
        return kind, [repr(one) for one in v.columns], v.columns.names, describe(v.index), columns
    if isinstance(v, pd.Series):
        return kind, repr(v.name), describe(v.index), describe(v.array)
    if isinstance(v, pd.MultiIndex):
        return kind, v.names, [describe(level) for level in v.levels], [list(map(int, c)) for c in v.codes]
    if isinstance(v, pd.Index):
        return kind, v.name, describe(v.array)
    if isinstance(v, pd.Categorical):
        return kind, v.codes.tolist(), describe(v.categories), v.ordered
    if isinstance(v, np.ma.MaskedArray):
        return kind, str(v.dtype), v.data.tolist(), v.mask.tolist()
    if isinstance(v, np.ndarray) or hasattr(v, "dtype") and hasattr(v, "tolist") and hasattr(v, "__len__"):
        listed = [repr(one) if not isinstance(one, np.generic) else repr(one.item()) for one in v.ravel().tolist()] \\
            if isinstance(v, np.ndarray) else [str(one) for one in v]
        return str(v.dtype), v.shape, listed[:100], float(v.sum()) if v.dtype == "f8" else 0
    return kind.rstrip("_"), str(v)
"""
IMPORTS = "import numpy as np\nimport pandas as pd"
ONLY_NEW = {"inferred", "inferred_index", "inferred_kinds"}
"""Has a dtype that only pandas 3 has, if it is made there."""


def cross(place: Place, text: str, made: str, read: str, imports: str = IMPORTS) -> Ran:
    return place.run(
        flow(
            f"%%shared\n{DESCRIBE}",
            f"%%step make --env {made}\n{imports}\nv = {text}\nsaid = describe(v)",
            f"%%step look --env {read}\n{imports}\nseen = describe(v)",
        )
    )


@pytest.mark.parametrize("is_old", [True, False], ids=["to 3.x", "to 2.2"])
@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_equal_or_refused(place: Place, name: str, is_old: bool) -> None:
    made, read = (OLD, NEW) if is_old else (NEW, OLD)
    ran = cross(place, VALUES[name], made, read)
    failures = {task.step: one.failure for task, one in ran.results.items() if one.failure}
    if "look" in failures:
        message = failures["look"].message
        assert "was made with" in message, message
        assert "pandas 2.2.3" in message or "numpy 1.26.4" in message
        assert (name in ONLY_NEW and not is_old) or name in REFUSED, message
        return
    assert not failures
    assert ran.value("look.seen") == ran.value("make.said")


REFUSED = {"zones"}
"""Needs pytz, which pandas 3 does not bring along."""


MODELS = {
    "linear": "LinearRegression().fit(X, y)",
    "scaled": "make_pipeline(StandardScaler(), Ridge()).fit(X, y)",
    "nearest": "KNeighborsRegressor(2).fit(X, y)",
    "tree": "DecisionTreeRegressor(random_state=0).fit(X, y)",
    "boosted": "HistGradientBoostingRegressor(max_iter=3).fit(X, y)",
    "forest": "RandomForestClassifier(3, random_state=0).fit(X, y > 5)",
    "support": "SVC().fit(X, y > 5)",
}
MODEL_IMPORTS = """import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor
X = np.random.RandomState(0).rand(60, 3)
y = X @ [3.0, 5.0, 7.0]"""


@pytest.mark.parametrize("is_old", [True, False], ids=["to 1.9", "to 1.5"])
@pytest.mark.parametrize("name", MODELS)
def test_a_model_predicts_the_same_or_is_refused(place: Place, name: str, is_old: bool) -> None:
    made, read = (OLD_MODELS, NEW_MODELS) if is_old else (NEW_MODELS, OLD_MODELS)
    ran = place.run(
        flow(
            f"%%step make --env {made}\n{MODEL_IMPORTS}\nv = {MODELS[name]}\nsaid = v.predict(X)",
            f"%%step look --env {read}\nseen = v.predict(X)",
        )
    )
    failures = {task.step: one.failure for task, one in ran.results.items() if one.failure}
    if "look" in failures:
        assert "was made with" in failures["look"].message, failures["look"].message
        assert "sklearn 1.5.2" in failures["look"].message
        return
    assert not failures
    assert "InconsistentVersionWarning" in ran.text("look")
    assert ran.value("look.seen") == pytest.approx(ran.value("make.said"))
