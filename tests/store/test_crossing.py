"""The forms in which values cross versions of libraries: with one version, nothing is lost or looks changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from nbflow.errors import LoadFailed, VersionsClash
from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.pickling import rebuild_crossed
from nbflow.store.pickling.codec import encode
from nbflow.store.pickling.reduce.crossing import expect_crossing
from nbflow.store.values import package_versions
from tests.crossing_values import ARRAYS, ARROW, DESCRIBE, FRAMES

from .conftest import Notebook, heap_of

MISSING = [None, "x", None]


@pytest.fixture(autouse=True)
def crossing() -> Iterator[None]:
    expect_crossing(True)
    yield
    expect_crossing(False)


VALUES = ARRAYS | FRAMES | ARROW


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("name", VALUES)
def test_a_value_comes_back_equal_and_unchanged(name: str, blobs: LocalBlobs, notebook: Notebook) -> None:
    defined = notebook.define(f"import numpy as np\nimport pandas as pd\n{DESCRIBE}", "Film")
    value, again = (eval(VALUES[name], defined) for _ in range(2))
    encoded = encode({"value": value}, blobs, notebook)
    heap = heap_of(encoded, blobs, notebook)
    loaded = heap.load({one.name: one for one in encoded.artifacts})["value"]
    assert type(loaded) is type(value)
    assert defined["describe"](loaded) == defined["describe"](again)
    assert str(getattr(loaded, "dtypes", "")) == str(getattr(again, "dtypes", ""))
    heap.compare()
    assert heap.changed == set()


def test_a_change_of_a_frame_is_seen(blobs: LocalBlobs, notebook: Notebook) -> None:
    encoded = encode({"frame": pd.DataFrame({"a": [1, 2], "t": ["x", "y"]})}, blobs, notebook)
    loaded = heap_of(encoded, blobs, notebook).load({one.name: one for one in encoded.artifacts})["frame"]
    loaded.attrs["seen"] = True
    assert encode({"frame": loaded}, blobs, notebook).artifacts[0].digest != encoded.artifacts[0].digest


@pytest.mark.parametrize("name", [name for name in FRAMES if "text" in name])
def test_texts_become_objects_where_pandas_lacks_their_dtype(
    name: str, blobs: LocalBlobs, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    defined = notebook.define(f"import numpy as np\nimport pandas as pd\n{DESCRIBE}")
    value = eval(FRAMES[name], defined)
    encoded = encode({"value": value}, blobs, notebook)
    monkeypatch.setattr(pd, "__version__", "2.2.3")
    loaded = heap_of(encoded, blobs, notebook).load({one.name: one for one in encoded.artifacts})["value"]
    assert defined["describe"](loaded) == defined["describe"](value)


def test_a_zone_of_pytz_is_one_of_python_where_pytz_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild_crossed, "find_spec", lambda name: None)
    assert rebuild_crossed.zone("Europe/Berlin", None) == ZoneInfo("Europe/Berlin")
    assert rebuild_crossed.zone(None, timedelta(hours=1)) == timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    "value",
    [pd.NaT, pd.StringDtype("python"), pd.ArrowDtype(__import__("pyarrow").int64()), pd.Series(MISSING).dtype],
    ids=str,
)
def test_other_values_of_pandas_come_back(value: Any, round_trip: Callable[..., dict[str, Any]]) -> None:
    back = round_trip(v=[value])["v"][0]
    assert back is value if value is pd.NaT else (back == value and type(back) is type(value))


def test_generators_go_on_where_they_were(round_trip: Callable[..., dict[str, Any]]) -> None:
    made = np.random.default_rng(7)
    made.random(3)
    old = np.random.RandomState(7)
    old.standard_normal(1)  # so that it holds a second number
    back = round_trip(made=made, old=old, philox=np.random.Generator(np.random.Philox(3)))
    assert back["made"].random() == made.random()
    assert back["made"].spawn(1)[0].random() == made.spawn(1)[0].random()
    assert back["old"].standard_normal() == old.standard_normal()
    assert back["philox"].random() == np.random.Generator(np.random.Philox(3)).random()


def test_generators_that_share_their_bits_share_them_again(round_trip: Callable[..., dict[str, Any]]) -> None:
    bits = np.random.PCG64(1)
    back = round_trip(a=np.random.Generator(bits), b=np.random.Generator(bits))
    assert back["a"].bit_generator is back["b"].bit_generator


def test_the_versions_of_packages_are_recorded(blobs: LocalBlobs, notebook: Notebook) -> None:
    values = {"frame": pd.DataFrame({"a": [1]}), "plain": [1, "a"], "array": [np.arange(3)]}
    found = {one.name: dict(one.summary.versions) for one in encode(values, blobs, notebook).artifacts}
    assert found["plain"] == {}
    assert found["array"] == {"numpy": np.__version__}
    assert found["frame"]["pandas"] == pd.__version__


def test_a_value_that_cannot_be_loaded_names_both_versions(
    blobs: LocalBlobs, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = encode({"when": [pd.Timestamp("2024-01-01")]}, blobs, notebook)
    wanted = {one.name: one for one in encoded.artifacts}
    monkeypatch.delattr("pandas._libs.tslibs.timestamps._unpickle_timestamp")
    with pytest.raises(LoadFailed):
        heap_of(encoded, blobs, notebook).load(wanted)
    monkeypatch.setattr(package_versions, "package_version", lambda name: "2.2.3")
    with pytest.raises(VersionsClash, match=rf"'when' was made with pandas {pd.__version__}, .* with pandas 2.2.3 "):
        heap_of(encoded, blobs, notebook).load(wanted)


def test_code_of_another_python_is_refused(
    blobs: LocalBlobs, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook.define(
        "def outer(n):\n    def inner(x): return x + n\n    return inner\nclass Kind:\n    def f(self): return 1"
    )
    values = {"inner": notebook.namespace["outer"](1), "kind": notebook.namespace["Kind"]()}
    encoded = encode(values, blobs, notebook)
    wanted = {one.name: one for one in encoded.artifacts}
    loaded = heap_of(encoded, blobs, Notebook()).load(wanted)
    assert (loaded["inner"](2), loaded["kind"].f()) == (3, 1)
    for module in (package_versions, rebuild_crossed):
        monkeypatch.setattr(module, "python_version", lambda: "3.99")
    package_versions.package_version.cache_clear()
    for name, one in wanted.items():
        with pytest.raises(VersionsClash, match=rf"'{name}' was made with python 3\.\d+, .* with python 3.99"):
            heap_of(encoded, blobs, Notebook()).load({name: one})
    package_versions.package_version.cache_clear()
