"""No flipped bit of a store is read silently, and `verify` finds each of them."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nbflow.client import Flow
from nbflow.errors import NbflowError
from nbflow.store.store import Store
from tests.cli.shell import Shell
from tests.endurance.flipping import copy_of, files_of_blobs, files_of_catalog, flip
from tests.jupyter.kernels import Kernel

EXPLORED = "NBFLOW_EXPLORE" in os.environ
CELLS = (
    "import numpy as np",
    "%%step make\nsmall = np.arange(20_000)\nlarge = np.arange(400_000)\nhuge = np.arange(2_200_000)\nprint('made')",
    "%%step add\ntotal = int(small.sum()) + int(large.sum()) + int(huge.sum())",
)
TOTAL = sum(range(20_000)) + sum(range(400_000)) + sum(range(2_200_000))
"""Buffers that are read, mapped, and mapped in chunks: `small`, `large` and `huge`."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shell = Shell(tmp_path_factory.mktemp("flips"))
    assert shell("run", shell.write("flow", *CELLS)).code == 0
    return shell.folder / ".nbflow"


@pytest.mark.parametrize("files", [files_of_catalog, files_of_blobs])
def test_verify_finds_every_flipped_bit(files: Callable[[Path], list[Path]], root: Path) -> None:
    chance, missed = random.Random(files.__name__), []
    for _ in range(150 if EXPLORED else 12):
        with copy_of(root) as copy:
            flipped = flip(files(copy), chance)
            if Shell(copy.parent)("verify", str(copy.parent)).code != 1:
                missed.append(flipped)
    assert missed == []


def test_a_client_sees_no_flipped_bit_of_a_blob(root: Path) -> None:
    chance, seen = random.Random(1), []
    for _ in range(50 if EXPLORED else 8):
        with copy_of(root) as copy:
            flip(files_of_blobs(copy), chance)
            seen += [name for name in ("small", "large", "huge") if read(copy, name) == "wrong"]
    assert seen == []


def test_a_client_sees_no_flipped_bit_of_the_catalog(root: Path) -> None:
    chance, seen = random.Random(2), []
    for _ in range(50 if EXPLORED else 8):
        with copy_of(root) as copy:
            flipped = flip(files_of_catalog(copy), chance)
            if read(copy, "small") != "refused":
                seen.append(flipped)
    assert seen == []


def read(root: Path, name: str) -> str:
    lengths = {"small": 20_000, "large": 400_000, "huge": 2_200_000}
    try:
        value = getattr(Flow("flow", root.parent).latest_run.data, name)
    except (NbflowError, AttributeError):
        return "refused"
    return "right" if np.array_equal(value, np.arange(lengths[name])) else "wrong"


def test_a_run_ends_with_the_right_values_or_says_what_is_damaged(root: Path) -> None:
    chance = random.Random(3)
    for _ in range(20 if EXPLORED else 2):
        with copy_of(root) as copy:
            shell = Shell(copy.parent)
            flow = shell.write("flow", *CELLS[:2], CELLS[2].replace("int(small", "0 + int(small"))
            flip([file for file in files_of_blobs(copy) if file.stat().st_size >= 1 << 20], chance)
            first = shell("run", flow, "--reuse")
            assert first.code == 0 or "is damaged" in first.out
            again = shell("run", flow, "--reuse")
            assert again.code == 0, again.out
            assert total(copy) == TOTAL


def total(root: Path) -> Any:
    return Flow("flow", root.parent).latest_run.data.total


def test_verify_says_what_of_a_changed_catalog_can_still_be_used(root: Path) -> None:
    with copy_of(root) as copy:
        shell = Shell(copy.parent)
        flow = shell.write("flow", *CELLS)
        flip_text(copy / "catalog.db", b"%%step add")
        for refused in (shell("status", flow), shell("run", flow, "--reuse")):
            assert refused.code == 1
            assert "has other bytes than were written" in refused.err
        kept = shell("verify", flow, "--keep-damaged")
        assert (kept.code, shell("status", flow).code) == (1, 1)
        assert shell("verify", flow).code == 1
        assert shell("verify", flow).code == 0
        assert shell("run", flow, "--reuse").code == 0
        assert total(copy) == TOTAL


def flip_text(file: Path, text: bytes) -> None:
    """Flip a bit of a page that holds rows, where no structure of SQLite is."""
    found, content = file.stat(), bytearray(file.read_bytes())
    at = content.rindex(text)
    content[at] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))


def test_a_kernel_says_that_restored_values_are_damaged_and_no_step_uses_them(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path)
    try:
        kernel.ok(CELLS[0])
        kernel.ok(CELLS[1])
        flip(
            [file for file in files_of_blobs(tmp_path / ".nbflow") if file.stat().st_size >= 1 << 20], random.Random(4)
        )
        kernel.ok("del small, large, huge")
        damaged = "is damaged (its bytes are not those that were written): run `nbflow verify`"
        if damaged not in kernel.ok("%flow restore make").text:
            kernel.wait_for_text(damaged)
        reply = kernel.run(CELLS[2])
        assert reply.error_name == "AncestorsMissing"
        assert "step 'add' needs 'make'" in reply.error
    finally:
        kernel.stop()


def test_a_catalog_without_a_seal_is_checked_by_its_structure_and_its_signatures(root: Path) -> None:
    """As after a killed run: no bit makes `verify` fail in another way than with a message.

    Of a small catalog, one bit in twenty or so means something.
    """
    chance, refused, tried = random.Random(5), 0, 0
    while tried < (150 if EXPLORED else 30) or not refused:
        tried += 1
        with copy_of(root) as copy:
            (copy / "catalog.seal").unlink()
            with Store.open(copy) as store, store.writer():
                pass  # to bring what is beside the catalog into it
            (copy / "catalog.seal").unlink()
            flip([copy / "catalog.db"], chance)
            answer = Shell(copy.parent)("verify", str(copy.parent))
            assert answer.code in (0, 1)
            refused += answer.code
            assert tried < 300
