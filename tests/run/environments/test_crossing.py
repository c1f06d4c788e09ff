"""Values that go between two versions of a package: what is not known to be sound is warned of, or refused."""

from __future__ import annotations

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
