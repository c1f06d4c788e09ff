"""A cache of environments for tests. uv takes packages from PyPI, or from its own cache."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbflow.errors import UvFailed
from nbflow.run.environments.resolving import resolve
from nbflow.run.workers import local_workers


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty cache folder of the user, but for what uv has downloaded."""
    folder = tmp_path_factory.mktemp("caches")
    downloads = os.environ.get("UV_CACHE_DIR") or os.path.expanduser("~/.cache/uv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV_CACHE_DIR", downloads)
        patch.setenv("XDG_CACHE_HOME", str(folder))
        try:
            resolve(["six==1.16.0"], folder)
        except UvFailed as error:
            pytest.skip(f"PyPI cannot be reached: {error}")
        yield folder
    local_workers.stop_servers()
