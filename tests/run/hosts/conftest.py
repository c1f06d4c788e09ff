"""Hosts, which the tests of a file, or of this folder, share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.run.hosts.apart import Apart, two_apart
from tests.run.hosts.hosts import Hosts, can_hide, started


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with started(tmp_path_factory.mktemp("hosts")) as hosts:
        yield hosts


@pytest.fixture(scope="package")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    if not can_hide():
        pytest.skip("only root can hide folders from processes")
    with two_apart(tmp_path_factory.mktemp("apart")) as apart:
        yield apart
