"""Values that go between two versions of a package: what is not known to be sound is warned of, or refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbflow.errors import PythonMissing
from nbflow.run.environments.resolving import resolve
from tests.run.environments.test_runs import flow
from tests.run.running import Place

MAKE = "%%step make --env packaging==23.2\nfrom packaging.version import Version\nv = [Version('1.0'), Version('2.0')]"


def test_another_version_of_the_package_is_told(place: Place) -> None:
    ran = place.run(flow(MAKE, "%%step look --env packaging==24.2\nw = str(max(v))"))
    assert ran.value("look.w") == "2.0"
    assert "'v' was made with packaging 23.2, and is read with packaging 24.2" in ran.text("look")


def test_the_same_version_is_not_told(place: Place) -> None:
    ran = place.run(flow(MAKE, "%%step look --env packaging==23.2 six==1.16.0\nw = str(max(v))"))
    assert (ran.value("look.w"), ran.text("look")) == ("2.0", "")


def test_a_package_that_is_missing_is_named(place: Place) -> None:
    ran = place.run(flow(MAKE, "%%step look --env six==1.16.0\nw = str(max(v))"))
    failure = next(one.failure for task, one in ran.results.items() if task.step == "look")
    assert failure is not None
    assert failure.type == "VersionsClash"
    assert failure.message.startswith(
        "artifact 'v' was made with packaging 23.2, and cannot be loaded with no packaging"
    )
    assert failure.message.endswith("add packaging to the packages of the step that reads it, or hand on plain values")
    mended = place.run(flow(MAKE, "%%step look --env six==1.16.0 packaging==23.2\nw = str(max(v))"), reuse=True)
    assert (mended.executed, mended.value("look.w")) == (["look"], "2.0")


@pytest.mark.parametrize("python", ["3.12", "3.13"])
def test_values_cross_versions_of_python_and_the_code_of_functions_is_refused(
    place: Place, python: str, tmp_path: Path
) -> None:
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip("it is the Python that runs the tests")
    try:
        resolve([f"python=={python}"], tmp_path)
    except PythonMissing as error:
        pytest.skip(str(error))
    ran = place.run(
        flow(
            "def double(x):\n    return 2 * x\nclass P:\n    def f(self):\n        return 3",
            f"%%step a --env python=={python}\nimport sys\n"
            "v = sys.version_info[:2]\np = P()\ng = double\nh = lambda x: x",
            "%%step b\nw = (v, p.f(), g(2))",
            "%%step c\nz = h(1)",
        )
    )
    assert ran.value("b.w") == (tuple(map(int, python.split("."))), 3, 4)
    failure = next(one.failure for task, one in ran.results.items() if task.step == "c")
    assert failure is not None
    assert f"'h' was made with python {python}, and cannot be loaded with python" in failure.message
