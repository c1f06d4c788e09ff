"""Environments of steps are built on the hosts that run them, of the lock that the driver has resolved.

NBFLOW_EXPLORE=1 takes two versions of pandas and of scikit-learn instead of a small package.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbflow.run.events.events import Outcome
from nbflow.run.workers.local_workers import LocalWorkers
from tests.environments import FILES, FOUND_VERSIONS, OF_ALL_KINDS
from tests.environments import caches as caches
from tests.run.environments.test_runs import flow
from tests.run.hosts.apart import Apart
from tests.run.hosts.hosts import Hosts, on
from tests.run.hosts.test_apart import digests, place_of
from tests.run.running import Place


@pytest.fixture
def elsewhere(tmp_path: Path, caches: Path) -> Iterator[Hosts]:
    """A host whose user has another cache folder than the driver's."""
    hosts = Hosts(tmp_path)
    try:
        hosts.start_scheduler()
        hosts.start_worker(XDG_CACHE_HOME=str(tmp_path / "other"))
        yield hosts
    finally:
        hosts.stop()


def test_a_host_builds_the_environments_that_a_step_or_an_item_asks_for(elsewhere: Hosts, tmp_path: Path) -> None:
    place = Place(tmp_path, slots=50, workers=on(elsewhere))
    ran = place.run(
        flow(
            "%%step a --env six==1.16.0\nimport six, sys\nv = six.__version__\nwhere = sys.prefix",
            "%%step b\nimport sys\nw = (v, sys.prefix != where)",
            "%%step c --foreach x in ['1.15.0'] --env six=={x}\nimport six, sys\nu = six.__version__, sys.prefix",
            "%%step d --join c\nus = inputs.u",
        )
    )
    [(version, prefix)] = ran.value("d.us")
    assert (version, Path(prefix).is_relative_to(tmp_path / "other")) == ("1.15.0", True)
    assert ran.value("b.w") == ("1.16.0", True)
    assert Path(ran.value("a.where")).is_relative_to(tmp_path / "other" / "nbflow" / "environments")


def test_languages_and_environments_on_hosts_that_share_no_file_make_the_same_bytes_as_here(
    apart: Apart, caches: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shape = flow(*OF_ALL_KINDS)
    here = Place(tmp_path, workers=LocalWorkers)
    there = place_of(apart, monkeypatch, "languages")
    for place in (here, there):
        place.folder.mkdir(exist_ok=True)
        for name, text in FILES.items():
            (place.folder / name).write_text(text)
    local, remote = here.run(shape), there.run(shape)
    assert (local.finished.outcome, remote.finished.outcome) == (Outcome.SUCCEEDED, Outcome.SUCCEEDED)
    assert digests(remote) == digests(local)
    assert [one[1] for one in remote.value("all.founds")] == FOUND_VERSIONS
    assert there.run(shape, reuse=True).executed == []
    assert Place(there.folder, root=there.root).run(shape, reuse=True).executed == []
