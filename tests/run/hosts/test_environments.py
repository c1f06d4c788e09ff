"""Environments of steps are built on the hosts that run them, of the lock that the driver has resolved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environments import caches as caches
from tests.run.environments.test_runs import flow
from tests.run.hosts.hosts import Hosts, on
from tests.run.running import Place


@pytest.fixture
def apart(tmp_path: Path, caches: Path) -> Iterator[Hosts]:
    """A host whose user has another cache folder than the driver's."""
    hosts = Hosts(tmp_path)
    try:
        hosts.start_scheduler()
        hosts.start_worker(XDG_CACHE_HOME=str(tmp_path / "other"))
        yield hosts
    finally:
        hosts.stop()


def test_a_host_builds_the_environment_that_a_step_asks_for(apart: Hosts, tmp_path: Path) -> None:
    place = Place(tmp_path, slots=50, workers=on(apart))
    ran = place.run(
        flow(
            "%%step a --env six==1.16.0\nimport six, sys\nv = six.__version__\nwhere = sys.prefix",
            "%%step b\nimport sys\nw = (v, sys.prefix != where)",
        )
    )
    assert ran.value("b.w") == ("1.16.0", True)
    assert Path(ran.value("a.where")).is_relative_to(tmp_path / "other" / "nbflow" / "environments")
