"""Values that go between two versions of NumPy, pandas and scikit-learn: they are equal, or there is an error.

This builds environments of 100 MB, so it runs by hand: NBFLOW_EXPLORE=1.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest

from tests.crossing_values import ARRAYS, ARROW, DESCRIBE, FRAMES, MODELS
from tests.run.environments.test_runs import flow
from tests.run.running import Place

pytestmark = [
    pytest.mark.skipif("NBFLOW_EXPLORE" not in os.environ, reason="builds environments of 100 MB"),
    pytest.mark.timeout(900),
]

PANDAS = {
    "pandas 2.2, numpy 1.26": "pandas==2.2.3 numpy==1.26.4 'pyarrow<20'",
    "pandas 2.2, numpy 2": "pandas==2.2.3 'numpy==2.2.*' 'pyarrow<20'",
    "pandas 3, numpy 1.26": "'pandas==3.*' numpy==1.26.4 'pyarrow<20'",
    "pandas 3, numpy 2": "'pandas==3.*' 'numpy==2.*' 'pyarrow<20'",
}
WITHOUT_ARROW = {"pandas 2.2": "pandas==2.2.3 numpy==1.26.4", "pandas 3": "'pandas==3.*'"}
SKLEARN = {"sklearn 1.5": "scikit-learn==1.5.2 numpy==1.26.4", "sklearn 1.9": "scikit-learn==1.9.* 'numpy==2.*'"}

IMPORTS = "import datetime, decimal\nimport numpy as np\nimport pandas as pd"
SKLEARN_IMPORTS = """import numpy as np
from sklearn.cluster import KMeans
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor
X = np.random.RandomState(0).rand(60, 3)
y = X @ [3.0, 5.0, 7.0]"""


def pairs(environments: Mapping[str, str]) -> list[Any]:
    return [
        pytest.param(made, read, id=f"{name} to {other}")
        for (name, made), (other, read) in permutations(environments.items(), 2)
    ]


def refused(
    place: Place, values: Mapping[str, str], made: str, read: str, imports: str = IMPORTS, tell: str = "describe(v)"
) -> dict[str, str]:
    """Make values in one environment, look at them in another one, and return why which of them were refused."""
    ran = place.run(
        flow(
            f"%%shared\n{DESCRIBE}",
            f"%%step texts\ntexts = {dict(values)!r}",
            f"%%step make --foreach name in texts --env {made}\n{imports}\nv = eval(texts[name])\nsaid = {tell}",
            f"%%step look --env {read} --allow-failures 100%\n{imports}\nseen = {tell}\ntold = said",
            "%%step end --join look\ntold = {one.name: (one.told, one.seen) for one in inputs}",
        )
    )
    failures = {(task.step, [*values][task.path[0]]): one.failure for task, one in ran.results.items() if one.failure}
    assert {name: failure.message for (step, name), failure in failures.items() if step == "make"} == {}
    told = ran.value("end.told")
    assert {name: (said, seen) for name, (said, seen) in told.items() if said != seen} == {}
    return {name: failure.message for (_, name), failure in failures.items()}


@pytest.mark.parametrize(("made", "read"), pairs(PANDAS))
def test_a_value_is_equal(place: Place, made: str, read: str) -> None:
    values = ARRAYS | FRAMES | ARROW
    assert refused(place, values, made, read) == {}


@pytest.mark.parametrize(("made", "read"), pairs(WITHOUT_ARROW))
def test_a_value_is_equal_where_no_arrow_is(place: Place, made: str, read: str) -> None:
    assert refused(place, FRAMES, made, read) == {}


@pytest.mark.parametrize(("made", "read"), pairs(PANDAS))
def test_a_dtype_that_the_other_pandas_lacks_is_refused(place: Place, made: str, read: str) -> None:
    found = refused(place, {"dtype": "pd.Series(['x']).dtype"}, made, read)
    expected = {"dtype"} if "pandas==3" in made and "pandas==2" in read else set()
    assert found.keys() == expected
    assert all("was made with pandas 3." in one and "cannot be loaded with" in one for one in found.values())


@pytest.mark.parametrize(("made", "read"), pairs(SKLEARN))
def test_a_model_predicts_the_same_or_is_refused(place: Place, made: str, read: str) -> None:
    found = refused(place, MODELS, made, read, SKLEARN_IMPORTS, "np.asarray(v.predict(X), float).round(9).tolist()")
    assert all("sklearn 1.5.2, and cannot be loaded with" in one for one in found.values())
    assert found.keys() == ({"boosted", "gradient"} if "1.5" in made else set())


def test_a_frame_from_before_any_environment_is_refused_until_its_step_runs_again(place: Place) -> None:
    load = ["import pandas as pd", "%%step load\nmovies = pd.DataFrame({'genre': ['drama', None]})"]
    look = "%%step look{}\nfound = movies['genre'].tolist()[0], movies.shape"
    place.run(flow(*load, look.format("")))
    shape = flow(*load, look.format(" --env pandas==2.2.3"))
    refused = place.run(shape, reuse=True)
    assert [one.failure.message.rpartition(" ")[2] for one in refused.results.values() if one.failure] == ["--fresh"]
    mended = place.run(shape)
    assert mended.value("look.found") == ("drama", (2, 1))
    assert place.run(shape, reuse=True).executed == []
