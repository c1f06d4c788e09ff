"""Who signed a record decides whether it is unpickled."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from nbflow.checkpoints.restore_plan import describe_plan
from nbflow.errors import BlobCorrupt, CodeChanged, KeyExposed, StoreBroken, Untrusted
from nbflow.run.events.events import TaskReused
from nbflow.store.catalog import foreign, key_file, trust
from nbflow.store.catalog.trust import SignedRecord, keyring
from nbflow.store.store import Store
from nbflow.verbs.trusting import trust as shell_trust
from tests.checkpoints.kernel import Kernel
from tests.flows import LINEAR
from tests.run.running import Place

Become = Callable[[], None]

RECORD = SignedRecord(
    "films", 7, "clean", (3,), 0, False, "k" * 32, "c" * 32, (("df", "d" * 32 + ":0"), ("n", "e" * 32 + ":0")),
    "o" * 32, "0123456789abcdef",
)  # fmt: skip


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Become:
    """From here on the user is somebody else."""

    def become() -> None:
        monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "stranger"))

    return become


def test_the_key_is_made_once_and_only_its_owner_may_read_it() -> None:
    ring = keyring()
    file = Path(os.environ["JUPYTER_DATA_DIR"]) / key_file.KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert trust.Keyring(ring.folder).signer == ring.signer
    assert file.read_bytes().hex() not in ring.signer


@pytest.mark.parametrize(
    "change",
    [
        {"flow": "other"}, {"uid": "1123456789abcdef"}, {"outputs": ""},
        {"step": "load"}, {"path": ()}, {"turn": 1}, {"split": True}, {"key": "x"},
        {"code": "x"}, {"artifacts": RECORD.artifacts[:1]}, {"artifacts": RECORD.artifacts[::-1]},
        {"artifacts": (("d", "f" + RECORD.artifacts[0][1]), RECORD.artifacts[1])},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_signature_holds_for_one_record_only(change: dict[str, object]) -> None:
    ring = keyring()
    seal = ring.sign(RECORD)
    changed = SignedRecord(*(change.get(name, getattr(RECORD, name)) for name in SignedRecord.__slots__))
    assert ring.accepts(RECORD, seal)
    assert not ring.accepts(changed, seal)
    assert not ring.accepts(RECORD, None)


def test_a_home_that_cannot_be_written_gives_a_key_for_this_process_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    one, other = trust.Keyring(tmp_path / "file"), trust.Keyring(tmp_path / "file")
    assert one.accepts(RECORD, one.sign(RECORD))
    assert not other.accepts(RECORD, one.sign(RECORD))


def test_a_user_without_a_home_has_a_key_among_the_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JUPYTER_DATA_DIR")
    monkeypatch.setenv("HOME", "/proc/none")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = key_file.data_folder()
    assert folder == tmp_path / f"nbflow-{os.getuid()}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert trust.Keyring(folder).accepts(RECORD, trust.Keyring(folder).sign(RECORD))


def test_a_folder_that_others_may_write_holds_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTER_DATA_DIR")
    monkeypatch.setenv("HOME", "/proc/none")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / f"nbflow-{os.getuid()}").mkdir()
    (tmp_path / f"nbflow-{os.getuid()}").chmod(0o777)
    assert key_file.data_folder().name != f"nbflow-{os.getuid()}"


def test_a_damaged_key_is_made_anew(tmp_path: Path) -> None:
    before = trust.Keyring(tmp_path)
    (tmp_path / key_file.KEY_FILE).write_bytes(b"x")
    assert trust.Keyring(tmp_path).signer not in ("", before.signer)
    assert trust.Keyring(tmp_path).signer == trust.Keyring(tmp_path).signer


@pytest.mark.parametrize("mode", [0o666, 0o644, 0o640, 0o602, 0o660])
def test_a_key_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    before = trust.Keyring(tmp_path)
    (tmp_path / key_file.KEY_FILE).chmod(mode)
    with pytest.raises(KeyExposed, match=r"Run `chmod 600 .*nbflow_key`, or delete it"):
        trust.Keyring(tmp_path)
    (tmp_path / key_file.KEY_FILE).chmod(0o600)
    assert trust.Keyring(tmp_path).signer == before.signer


@pytest.mark.parametrize("place", ["", "blobs", "catalog.db"])
def test_a_store_that_everybody_may_write_is_refused(kernel: Kernel, place: str) -> None:
    (kernel.store.root / place).chmod(0o777)
    with pytest.raises(StoreBroken, match=r"every user of this computer may write to it. Run `chmod -R o-w "):
        Store.open(kernel.store.root)
    (kernel.store.root / place).chmod(0o755)
    Store.open(kernel.store.root).close()


def test_a_checkpoint_of_somebody_else_is_shown_and_not_loaded(kernel: Kernel, stranger: Become) -> None:
    kernel.step("load", "x = [1, 2]")
    stranger()
    fresh = kernel.restarted()
    assert "added    x = 2 items: [1, 2]" in "\n".join(describe_plan(fresh.plan("load")))
    before = dict(fresh.namespace)
    with pytest.raises(Untrusted, match=r"was signed by .+ \(.{39}\), whom you do not trust.*run `nbflow trust add "):
        fresh.restore("load")
    assert fresh.namespace == before
    fresh.close()


def test_trusting_a_store_lets_its_records_be_loaded_and_no_later_ones(kernel: Kernel, stranger: Become) -> None:
    kernel.step("load", "x = [1, 2]")
    stranger()
    assert foreign.trust_store(kernel.store.history) == 1
    assert foreign.trust_store(kernel.store.history) == 0
    fresh = kernel.restarted()
    fresh.restore("load")
    assert fresh.value("x") == [1, 2]
    os.environ["JUPYTER_DATA_DIR"] = str(kernel.folder / "jupyter")
    kernel.step("more", "y = x + [3]")
    stranger()
    with pytest.raises(Untrusted):
        fresh.restore("more")
    fresh.close()
    assert not list((kernel.folder / ".nbflow").rglob(trust.TRUSTED_FILE))


@pytest.mark.parametrize("place", ["notebook", ".nbflow", "."])
def test_the_shell_trusts_a_store_by_its_notebook_its_folder_or_itself(
    kernel: Kernel, stranger: Become, place: str
) -> None:
    kernel.step("load", "x = [1, 2]")
    (kernel.folder / "notebook").touch()
    stranger()
    answers = [CliRunner().invoke(shell_trust, [str(kernel.folder / place)]).output for _ in range(2)]
    root = kernel.store.root
    assert answers == [f"1 task of {root} trusted from now on\n", f"all of {root} was trusted already\n"]


def test_a_record_that_was_signed_with_the_number_of_its_run_holds_for_this_number() -> None:
    seal = keyring().sign(replace(RECORD, uid=""))
    assert keyring().accepts(RECORD, seal)
    assert keyring().accepts_outputs(RECORD, seal)
    assert not keyring().accepts(replace(RECORD, run=8), seal)
    assert not keyring().accepts(replace(RECORD, uid=""), keyring().sign(RECORD))


def test_a_run_that_has_another_number_elsewhere_is_still_trusted(kernel: Kernel) -> None:
    task = kernel.step("load", "x = [1, 2]")
    forge(kernel.store, "UPDATE runs SET number = 12")
    assert kernel.store.history.signed_artifacts(task) is not None


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE artifacts SET idx = 1",
        "UPDATE artifacts SET component = (SELECT digest FROM components ORDER BY id DESC LIMIT 1)",
        "UPDATE tasks SET path = x'00000001'",
        "UPDATE runs SET uid = 'other'",
        "UPDATE runs SET uid = NULL",
        "UPDATE seals SET key = 'other'",
        "UPDATE seals SET code = 'other'",
        "UPDATE seals SET signer = 'me', mac = x'00'",
        "DELETE FROM seals",
    ],
)
def test_a_record_that_was_changed_is_not_loaded(kernel: Kernel, forgery: str) -> None:
    kernel.step("load", "x = [1, 2]")
    kernel.step("other", "y = [3]")
    task = kernel.rows["load"]
    forge(kernel.store, forgery)
    assert kernel.store.history.signed_artifacts(task) is None
    with pytest.raises(Untrusted):
        foreign.refuse_untrusted(kernel.store.history, [task], kernel.store.root)


def test_a_pickle_that_was_exchanged_is_not_executed(kernel: Kernel, tmp_path: Path) -> None:
    kernel.step("load", "x = [1, 2]")
    evil = b"cos\nsystem\n(Vtouch " + str(tmp_path / "pwned").encode() + b"\ntR."
    forge(kernel.store, "UPDATE components SET stream = ?", evil)
    kernel.damage("x = 0")
    with pytest.raises(BlobCorrupt, match="its pickle is not the one that was stored"):
        kernel.restore("load")
    assert kernel.value("x") == 0
    assert not (tmp_path / "pwned").exists()


def test_a_long_pickle_that_was_exchanged_with_its_seal_kept_is_not_executed(kernel: Kernel, tmp_path: Path) -> None:
    kernel.step("load", "x = [str(i) for i in range(100_000)]")
    ((blob,),) = kernel.store.history.query("SELECT blob FROM components").fetchall()
    path = kernel.store.blobs.whole.path(blob)
    evil = b"cos\nsystem\n(Vtouch " + str(tmp_path / "pwned").encode() + b"\ntR."
    facts = path.stat()
    path.chmod(0o600)
    path.write_bytes(evil.ljust(facts.st_size, b"\0"))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    kernel.damage("x = 0")
    with pytest.raises(BlobCorrupt):
        kernel.restore("load")
    assert not (tmp_path / "pwned").exists()


def test_code_that_was_exchanged_is_not_executed(kernel: Kernel) -> None:
    kernel.cell("def f(): return 1")
    kernel.step("load", "x = f()")
    forge(kernel.store, "UPDATE code SET body = replace(body, 'return 1', 'return 2')")
    kernel.close()
    fresh = kernel.restarted()
    with pytest.raises(CodeChanged, match="run the step again with the current code"):
        fresh.restore("load")
    fresh.close()


def test_the_code_of_a_pinned_class_is_not_executed_when_it_was_exchanged(kernel: Kernel) -> None:
    kernel.writer.put_code("def f(): return 1\n", "digest of the closure of f")
    kernel.writer.commit()
    reader = kernel.store.history
    assert reader.code("digest of the closure of f") == "def f(): return 1\n"
    forge(kernel.store, "UPDATE code SET body = replace(body, 'return 1', 'return 2')")
    with pytest.raises(CodeChanged):
        reader.code("digest of the closure of f")


def test_code_of_somebody_else_is_executed_once_the_store_is_trusted(kernel: Kernel, stranger: Become) -> None:
    kernel.writer.put_code("def f(): return 1\n", "digest of the closure of f")
    kernel.writer.commit()
    stranger()
    reader = kernel.store.history
    with pytest.raises(CodeChanged):
        reader.code("digest of the closure of f")
    foreign.trust_store(reader)
    assert reader.code("digest of the closure of f") == "def f(): return 1\n"


def test_a_run_does_not_reuse_what_somebody_else_stored(place: Place, stranger: Become) -> None:
    place.run(LINEAR)
    assert place.run(LINEAR, reuse=True).executed == []
    stranger()
    assert place.run(LINEAR, reuse=True).executed == ["end", "shout", "start"]
    again = place.run(LINEAR, reuse=True)
    assert [str(event.task) for event in again.events if isinstance(event, TaskReused)] == ["start", "shout", "end"]


def test_a_copied_store_is_trusted_by_who_made_it(kernel: Kernel, tmp_path: Path) -> None:
    kernel.step("load", "x = [1, 2]")
    kernel.close()
    shutil.copytree(tmp_path / ".nbflow", tmp_path / "copy" / ".nbflow")
    fresh = Kernel(tmp_path / "copy")
    fresh.restore("load")
    assert fresh.value("x") == [1, 2]
    fresh.close()


def test_an_artifact_that_was_put_beside_the_signed_ones_is_refused(kernel: Kernel) -> None:
    (signed,) = kernel.store.history.artifacts(kernel.step("load", "x = [1, 2]"))
    foreign.Gate(kernel.store.history, kernel.store.root).admit([signed])
    forge(kernel.store, "DELETE FROM seals")
    with pytest.raises(Untrusted, match=r"artifact 'x' in .* is not signed"):
        foreign.Gate(kernel.store.history, kernel.store.root).admit([signed])


def test_a_new_store_is_for_its_owner_only(kernel: Kernel) -> None:
    assert stat.S_IMODE(kernel.store.root.stat().st_mode) == 0o700


def forge(store: Store, statement: str, *values: object) -> None:
    with sqlite3.connect(store.catalog) as connection:
        connection.execute(statement, values)
    connection.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
