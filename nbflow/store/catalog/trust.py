"""Signs every finished task with a key of the user, and decides whose records may be unpickled.

The signature covers the digests of what the task made, and the code that made it; a digest covers all bytes of a
pickle. The key, and the list of foreign records that the user trusts, stay in the user's own folder.
"""

from __future__ import annotations

import hmac
import importlib
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from blake3 import blake3

from nbflow.errors import KeyExposed
from nbflow.store.blobs.protocol import HASH_LENGTH
from nbflow.store.catalog.schema import storable
from nbflow.store.leftovers import own_name, remove_leftovers

if TYPE_CHECKING:
    from nbflow.store.catalog.rows import RunRow, TaskRow
    from nbflow.store.values.artifact_ref import ArtifactRef

KEY_FILE = "nbflow_key"
TRUSTED_FILE = "nbflow_trusted"
LENGTH = 32  # bytes of the key


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """Holds what is signed of a task. `code` is the digest of the cells that it ran with.

    `uid` is the id of the run, which stays the same when the run gets another number, `run`, in another store.
    """

    flow: str
    run: int  # number
    step: str
    path: tuple[int, ...]
    turn: int
    split: bool
    key: str
    code: str
    artifacts: tuple[tuple[str, str], ...]  # (name, digest)
    outputs: str = ""  # digest of what the task displayed
    uid: str = ""

    def message(self) -> bytes:
        """Return the bytes to sign: every field with its length, so that no two records have the same bytes."""
        return _joined("nbflow 3", self.outputs, *self._parts(self.uid)) if self.uid else self._message_with_number()

    def messages(self) -> tuple[bytes, ...]:
        """Return the bytes to sign, and those that were signed before runs had ids."""
        return (self.message(), self._message_with_number()) if self.uid else (self.message(),)

    def message_of_first_release(self) -> bytes:
        """Return the bytes that version 0.1.0 has signed: they do not cover the outputs."""
        return _joined("nbflow 1", *self._parts(self.run))

    def _message_with_number(self) -> bytes:
        return _joined("nbflow 2", self.outputs, *self._parts(self.run))

    def _parts(self, run: str | int) -> tuple[str, ...]:
        fields = (self.flow, run, self.step, self.path, self.turn, self.split, self.key, self.code)
        return (*map(str, fields), *chain.from_iterable(self.artifacts))


def _joined(separator: str, *parts: str) -> bytes:
    stored = parts if all(map(str.isascii, parts)) else map(storable, parts)
    return separator.join([f"{len(part)}:{part}" for part in ("", *stored)]).encode()


@dataclass(frozen=True, slots=True)
class Code:
    """Holds a source that is stored under a digest by which pickles refer to it, not under its own."""

    digest: str
    text: str

    def message(self) -> bytes:
        """Return the bytes to sign."""
        return f"nbflow code 1 {self.digest} {self.text}".encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Seal:
    """Holds a signature as the catalog keeps it, with the facts that the row of a task may lose later."""

    signer: str
    key: str
    code: str
    mac: bytes


class Keyring:
    """Signs with the user's key, and knows the foreign records that the user trusts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._secret = _read_or_make(folder / KEY_FILE)
        self.signer = blake3(b"nbflow signer" + self._secret).hexdigest(8)

    def sign(self, record: SignedRecord) -> Seal:
        """Sign the record of a task."""
        return Seal(self.signer, record.key, record.code, self._mac(record.message()))

    def seal_task(self, run: RunRow, task: TaskRow, artifacts: Iterable[ArtifactRef]) -> Seal:
        """Sign what a task made and displayed, and return the signature."""
        made = tuple((one.name, one.digest) for one in artifacts)
        place = (task.step, task.path, task.turn, task.split)
        return self.sign(
            SignedRecord(run.flow, run.number, *place, task.key, run.code, made, task.outputs or "", run.uid)
        )

    def sign_code(self, code: Code) -> Seal:
        """Sign a source."""
        return Seal(self.signer, "", "", self._mac(code.message()))

    def accepts(self, record: SignedRecord | Code, seal: Seal | None) -> bool:
        """Return whether the record was signed with this key, or the user trusts it, as far as values are concerned."""
        if isinstance(record, Code):
            return self._knows(record.message(), seal)
        return self._covers_outputs(record, seal) or self._knows(record.message_of_first_release(), seal)

    def accepts_outputs(self, record: SignedRecord, seal: Seal | None) -> bool:
        """Return whether the signature or the trust covers what the task displayed, too."""
        return self._covers_outputs(record, seal) or (not record.outputs and self.accepts(record, seal))

    def _covers_outputs(self, record: SignedRecord, seal: Seal | None) -> bool:
        return any(self._knows(message, seal) for message in record.messages())

    def _knows(self, message: bytes, seal: Seal | None) -> bool:
        mac = self._mac(message)
        if seal is not None and hmac.compare_digest(mac, seal.mac):
            return True
        return mac.hex() in self._trusted()

    def trust(self, records: Iterable[SignedRecord | Code]) -> int:
        """Trust these records; return how many are new. A record that is changed later is not trusted."""
        new = {self._mac(record.message()).hex() for record in records} - self._trusted()
        if new:
            with _private(self.folder / TRUSTED_FILE, os.O_APPEND) as file:
                os.write(file, "".join(f"\n{one}\n" for one in sorted(new)).encode())  # the last line may be cut off
        return len(new)

    def _mac(self, message: bytes) -> bytes:
        return bytes(blake3(message, key=self._secret).digest())

    def _trusted(self) -> frozenset[str]:
        try:
            found = (self.folder / TRUSTED_FILE).stat()
        except OSError:
            return frozenset()
        return _read_trusted(self.folder / TRUSTED_FILE, found.st_mtime_ns, found.st_size)


@cache
def _read_trusted(path: Path, changed: int, size: int) -> frozenset[str]:
    return frozenset(path.read_text("ascii").split())


class _private:  # noqa: N801 - used as a function
    """Opens a file that only the user may read, and gives its descriptor."""

    def __init__(self, path: Path, how: int) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)

    def __enter__(self) -> int:
        return self.file

    def __exit__(self, *error: object) -> None:
        os.close(self.file)


def _read_or_make(path: Path) -> bytes:
    """Return the key in this file, or a key for this process alone if none can be kept: it is never trusted later."""
    made = secrets.token_bytes(LENGTH)
    try:
        if path.exists():
            _refuse_exposed(path)
            if path.stat().st_size != LENGTH:
                path.unlink()  # it is damaged, and nothing that it signed can be checked any more
        if not path.exists():
            _publish(path, made)
        found = path.read_bytes()
    except OSError:
        return made
    return found if len(found) == LENGTH else made


def _refuse_exposed(path: Path) -> None:
    """Raise KeyExposed if others may read or write the key, or have put it there."""
    if sys.platform == "win32":
        return  # the modes of files say nothing there
    found = path.stat()
    if found.st_mode & 0o077:
        fix = f"Run `chmod 600 {path}`, or delete it if others have used this computer: a new one is made"
        raise KeyExposed(path, "can be read or written by other users", fix)
    if not _is_owned(found):
        raise KeyExposed(path, "belongs to another user", "Delete it, or set JUPYTER_DATA_DIR to a folder of your own")


def _is_owned(found: os.stat_result) -> bool:
    return found.st_uid in (_user_id(), 0) or not _user_id()


def _may_hold_key(folder: Path) -> bool:
    """Return whether no other user can put a key into a folder."""
    found = folder.stat()
    return not found.st_mode & 0o022 and _is_owned(found)


def _user_id() -> int:
    return os.getuid() if sys.platform != "win32" else 0


def _publish(path: Path, key: bytes) -> None:
    remove_leftovers(path.parent, f"{path.name}.")
    temporary = path.with_name(own_name(f"{path.name}."))
    with _private(temporary, os.O_EXCL) as file:
        os.write(file, key)
    try:
        with suppress(FileExistsError):  # another process was faster: its key counts
            os.link(temporary, path)
    finally:
        temporary.unlink()


def data_folder() -> Path:
    """Return Jupyter's data folder of the user; for a user without a home, a folder among the temporary files."""
    paths = importlib.import_module("jupyter_core.paths")  # takes 20 ms, which only signing and checking should pay
    with suppress(OSError, RuntimeError):
        folder = Path(paths.jupyter_data_dir())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / KEY_FILE).exists() or os.access(folder, os.W_OK):
            return folder
    return _temporary_folder()


def _temporary_folder() -> Path:
    """Return a temporary folder that only this user can write; the same one until the computer restarts."""
    folder = Path(tempfile.gettempdir()) / f"nbflow-{_user_id()}"
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or not _may_hold_key(folder):
            return Path(tempfile.mkdtemp(prefix="nbflow-"))
    return folder


def keyring() -> Keyring:
    """Return the keys of this user."""
    return _keyring(os.environ.get("JUPYTER_DATA_DIR", ""), os.environ.get("HOME", ""))


@cache
def _keyring(_folder: str, _home: str) -> Keyring:
    return Keyring(data_folder())


def digest_text(text: str) -> str:
    """Return the digest under which a source is stored, so that a change of it is noticed."""
    return str(blake3(text.encode("utf-8", "surrogatepass")).hexdigest(HASH_LENGTH))


def accepts(record: SignedRecord, seal: Seal | None) -> bool:
    """Return whether the user, or somebody whom the user trusts, has signed the record."""
    return keyring().accepts(record, seal)


def is_genuine(code: Code, seals: Iterable[Seal]) -> bool:
    """Return whether a source matches its digest, or somebody trusted has stored it under that digest."""
    return digest_text(code.text) == code.digest or any(keyring().accepts(code, seal) for seal in (*seals, None))


Trusts = Callable[[SignedRecord, Seal | None], bool]
