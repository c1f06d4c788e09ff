"""Two hosts, which the tests of a file share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.run.hosts.hosts import Hosts, started


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with started(tmp_path_factory.mktemp("hosts")) as hosts:
        yield hosts
