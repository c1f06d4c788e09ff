"""What earlier versions stored is read, wherever its classes have gone."""

from __future__ import annotations

import pytest

from nbflow.client import DataArtifact
from nbflow.errors import LoadFailed
from nbflow.store.blobs.memory import MemoryBlobs
from nbflow.store.pickling.component import build_component, decode_component
from nbflow.store.pickling.home import PlainHome
from nbflow.store.pickling.pickler import Recording

EARLIER = (
    b"\x80\x05\x95R\x00\x00\x00\x00\x00\x00\x00]\x94(\x8c\x10nbflow.relations\x94\x8c\x07Several\x94\x93\x94K\x01K\x02"
    b"\x86\x94\x85\x94\x81\x94\x8c\x10nbflow.artifacts\x94\x8c\x0cDataArtifact\x94\x93\x94e."
)


def load(stream: bytes) -> list[object]:
    blobs = MemoryBlobs()
    recording = Recording(memoryview(stream), (), (), (), dict)
    return decode_component(build_component(recording, ("tasks", "kind"), blobs, None), blobs, PlainHome()).values


def test_objects_of_the_client_that_an_earlier_version_stored_are_read() -> None:
    assert load(EARLIER) == [(1, 2), DataArtifact]


def test_a_module_that_never_was_is_missing() -> None:
    with pytest.raises(LoadFailed, match=r"No module named 'nbflow\.relatives'"):
        load(EARLIER.replace(b"relations", b"relatives"))
