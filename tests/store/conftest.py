"""A home with a prelude, and one round trip through the codec."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.catalog import schema
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunRow
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.pickling.codec import encode
from nbflow.store.pickling.heap import Heap
from nbflow.store.pickling.home import PlainHome
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef
from nbflow.store.values.encoded import Encoded
from tests.buckets import moto

from .cataloging import everybody


@dataclass(frozen=True, eq=False)
class Notebook(PlainHome):
    """Globals whose `prelude` names are referred to, not stored."""

    prelude: dict[str, str] = field(default_factory=dict)

    def define(self, source: str, *prelude: str) -> dict[str, Any]:
        self.namespace.setdefault("__name__", "__main__")
        exec(compile(source, "<cell>", "exec", dont_inherit=True), self.namespace)
        self.prelude.update({name: f"code of {name}" for name in prelude})
        return self.namespace

    def reference(self, obj: object) -> tuple[str, str] | None:
        return next(((n, d) for n, d in self.prelude.items() if self.namespace.get(n) is obj), None)

    def resolve(self, name: str, digest: str) -> object:
        assert self.prelude[name] == digest
        return self.namespace[name]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


def admit_all(artifacts: Iterable[ArtifactRef]) -> None:
    """Let everything be unpickled: the test has made it."""


def heap_of(encoded: Encoded, blobs: BlobStore, home: PlainHome, *earlier: Encoded) -> Heap:
    """A heap that finds the components that were stored just now, and those of earlier calls."""
    components = {one.digest: one for each in (encoded, *earlier) for one in each.components}
    return Heap(blobs, home, components.get, admit_all)


def values_of(encoded: Encoded, blobs: BlobStore, home: PlainHome, *earlier: Encoded) -> dict[str, Any]:
    artifacts = {artifact.name: artifact for each in (*earlier, encoded) for artifact in each.artifacts}
    return heap_of(encoded, blobs, home, *earlier).load(artifacts)


RoundTrip = Callable[..., dict[str, Any]]


@pytest.fixture
def round_trip(blobs: LocalBlobs, notebook: Notebook) -> RoundTrip:
    def trip(home: PlainHome | None = None, /, **values: object) -> dict[str, Any]:
        return values_of(encode(values, blobs, notebook), blobs, home or notebook)

    return trip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / ".nbflow") as store:
        yield store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    schema.create(tmp_path / "catalog.db")
    return tmp_path / "catalog.db"


@pytest.fixture
def writer(path: Path) -> Iterator[CatalogWriter]:
    with CatalogWriter(path) as writer:
        yield writer


@pytest.fixture
def reader(path: Path) -> Iterator[CatalogReader]:
    with CatalogReader(path, trusts=everybody) as reader:
        yield reader


@pytest.fixture
def run(writer: CatalogWriter) -> RunRow:
    return writer.begin_run("demo", "demo.ipynb", parameters={"alpha": 0.1, "day": None})


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Is the address of a server of S3 that has the bucket `team`."""
    pytest.importorskip("moto", reason="moto is missing: pip install 'moto[server,s3]'")
    with moto(tmp_path_factory.mktemp("moto")) as endpoint:
        yield endpoint


def groups(encoded: Encoded) -> set[frozenset[str]]:
    """Which names were stored together."""
    by_component: dict[str, set[str]] = {}
    for artifact in encoded.artifacts:
        by_component.setdefault(artifact.component, set()).add(artifact.name)
    return {frozenset(names) for names in by_component.values()}


Values = Mapping[str, object]
