"""Everything that is unpickled, or shown as trusted, passes one gate."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbflow
from nbflow.errors import BlobCorrupt
from nbflow.store.blobs.local import SEAL, LocalBlobs
from nbflow.store.pickling import component as components
from nbflow.store.pickling.codec import encode
from nbflow.store.values.artifact_ref import Component

from .conftest import Notebook

PACKAGE = Path(nbflow.__file__).parent
PICKLES = {"pickle", "_pickle", "cloudpickle", "marshal", "dill", "joblib", "shelve"}
LOADING = {"load", "loads", "Unpickler", "open"}
ALLOWED = {
    "Unpickler": {"store/pickling/component.py"},
    "decode_component": {"store/pickling/heap.py", "store/pickling/drift.py"},  # drift loads again what is loaded
    "Heap": {"store/value_store.py"},  # with `admit` of the store
    # workers and the tasks of a kernel load what their driver hands them
    "TaskStore": {"run/task/task_store.py", "run/hosts/agent.py", "jupyter/kernel/kernel_performer.py"},
    "pickle.loads": {
        *("testing.py", "script/processes/multicore.py"),  # bytes that this process has just written
        # messages of a run between its driver and its hosts, which dask carries
        *("run/hosts/agent.py", "run/hosts/host_messages.py", "run/hosts/plugins.py"),
    },
    "read_pickle": set[str](),
    ".text": {"store/catalog/content_reader.py", "store/catalog/foreign.py", "store/catalog/audit.py"},
}  # fmt: skip
"""The modules that may call what loads a pickle, or reads the outputs of a task."""


def used(path: Path) -> Iterator[str]:
    """Yield the calls of a module that load pickles or read stored outputs."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in PICKLES:
            yield from (f"{node.module}.{one.name}" for one in node.names if one.name in LOADING - {"Unpickler"})
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(name) if name in ALLOWED:
                yield name
            case ast.Attribute(ast.Name(module), name) if module in PICKLES and name in LOADING:
                yield f"{module}.{name}"
            case ast.Attribute(ast.Name("reader" | "history") | ast.Attribute(_, "reader" | "history"), "text"):
                yield ".text"
            case ast.Attribute(_, "read_pickle" | "Unpickler" | "decode_component" as name):
                yield name


def test_only_the_gate_loads_pickles_and_reads_outputs() -> None:
    around = {
        (str(path.relative_to(PACKAGE)), name)
        for path in PACKAGE.rglob("*.py")
        for name in used(path)
        if str(path.relative_to(PACKAGE)) not in ALLOWED.get(name, ())
    }
    assert around == set()


@pytest.fixture
def long(blobs: LocalBlobs, notebook: Notebook) -> Component:
    """A component whose stream is long enough to be mapped."""
    (component,) = encode({"words": [str(n) for n in range(300_000)]}, blobs, notebook).components
    assert component.blob
    return component


def overwrite(blobs: LocalBlobs, digest: str, content: bytes) -> None:
    """Change a blob as somebody who may write to the store can: in place, with its modification time kept."""
    path = blobs.path(digest)
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(SEAL, SEAL))


def test_a_stream_that_changes_after_it_was_hashed_is_loaded_as_it_was(
    blobs: LocalBlobs, notebook: Notebook, long: Component, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    evil = b"cos\nsystem\n(Vtouch " + str(tmp_path / "pwned").encode() + b"\ntR."
    hashed = components.digest_component

    def hash_then_attack(stream: bytes, one: Component) -> str:
        digest = hashed(stream, one)
        overwrite(blobs, long.blob, evil)
        return digest

    monkeypatch.setattr(components, "digest_component", hash_then_attack)
    values = components.decode_component(long, blobs, notebook).values
    assert values == [[str(n) for n in range(300_000)]]
    assert not (tmp_path / "pwned").exists()


def test_a_stream_that_changed_before_is_not_loaded(blobs: LocalBlobs, notebook: Notebook, long: Component) -> None:
    overwrite(blobs, long.blob, b"\x80\x05N.")
    with pytest.raises(BlobCorrupt, match="its pickle is not the one that was stored"):
        components.decode_component(long, blobs, notebook)
