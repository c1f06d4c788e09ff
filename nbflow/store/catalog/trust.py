"""Signs every finished task with a key of the user, and decides whose records may be unpickled.

What is signed are the digests of what the task made, and the code that made it; a digest covers all bytes of a pickle.
The user recognises own records by a keyed hash, `mac`, which takes a microsecond; others check the signature of the
batch. The key, and the lists of users and of foreign records that the user trusts, stay in the user's own folder.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from blake3 import blake3

from nbflow.store.blobs.protocol import HASH_LENGTH
from nbflow.store.catalog.key_file import KEY_FILE, data_folder, open_private, read_or_make_key
from nbflow.store.catalog.schema import storable
from nbflow.store.catalog.signatures import (
    Batch,
    derive_private_key,
    fingerprint_of,
    hash_record,
    public_key_of,
    sign_batch,
)
from nbflow.store.catalog.trusted_users import TrustedUsers

if TYPE_CHECKING:
    from nbflow.store.catalog.rows import RunRow, TaskRow
    from nbflow.store.values.artifact_ref import ArtifactRef

TRUSTED_FILE = "nbflow_trusted"


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
    """Holds a signature as the catalog keeps it, with the facts that the row of a task may lose later.

    `signer` is the fingerprint of a public key. There is no batch before the seal is stored, and in stores of formats
    before 4.
    """

    signer: str
    key: str
    code: str
    mac: bytes
    hashed: bytes = b""  # what its batch will hold; not stored
    batch: Batch | None = None


class Keyring:
    """Signs with the user's key, and knows the foreign records that the user trusts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._secret = read_or_make_key(folder / KEY_FILE)
        self._earlier_signer = blake3(b"nbflow signer" + self._secret).hexdigest(8)
        self.trusted_users = TrustedUsers(folder, self._mac)

    @cached_property
    def _private_key(self) -> bytes:
        return derive_private_key(self._secret)

    @cached_property
    def public_key(self) -> bytes:
        """Return the key with which others check what this user has signed."""
        return public_key_of(self._private_key)

    @cached_property
    def signer(self) -> str:
        """Return the fingerprint of the public key."""
        return fingerprint_of(self.public_key)

    def is_own(self, signer: str) -> bool:
        """Return whether this is the fingerprint of the user's own key, or how stores of formats before 4 name it."""
        return signer in (self._earlier_signer, self.signer)

    def sign(self, record: SignedRecord) -> Seal:
        """Sign the record of a task; `sign_together` makes the signature that others can check."""
        message = record.message()
        return Seal(self.signer, record.key, record.code, self._mac(message), hash_record(message))

    def sign_together(self, seals: Sequence[Seal]) -> Batch:
        """Return the signature that covers all these seals; at most `BATCH_SIZE` may be given."""
        return sign_batch(self._private_key, [seal.hashed for seal in seals])

    def seal_task(self, run: RunRow, task: TaskRow, artifacts: Iterable[ArtifactRef]) -> Seal:
        """Sign what a task made and displayed, and return the signature."""
        made = tuple((one.name, one.digest) for one in artifacts)
        place = (task.step, task.path, task.turn, task.split)
        return self.sign(
            SignedRecord(run.flow, run.number, *place, task.key, run.code, made, task.outputs or "", run.uid)
        )

    def sign_code(self, code: Code) -> Seal:
        """Sign a source."""
        message = code.message()
        return Seal(self.signer, "", "", self._mac(message), hash_record(message))

    def accepts(self, record: SignedRecord | Code, seal: Seal | None) -> bool:
        """Return whether this user or a trusted one has signed the record, or it is trusted, as far as values go."""
        if isinstance(record, Code):
            return self._knows(record.message(), seal)
        return self._covers_outputs(record, seal) or self._knows(record.message_of_first_release(), seal)

    def contradicts(self, record: SignedRecord, seal: Seal | None) -> bool:
        """Return whether this user or a trusted one has signed another record in the place of this one."""
        if seal is None or self.accepts(record, seal):
            return False
        return self.is_own(seal.signer) or seal.signer in self.trusted_users.read()

    def accepts_outputs(self, record: SignedRecord, seal: Seal | None) -> bool:
        """Return whether the signature or the trust covers what the task displayed, too."""
        return self._covers_outputs(record, seal) or (not record.outputs and self.accepts(record, seal))

    def _covers_outputs(self, record: SignedRecord, seal: Seal | None) -> bool:
        return any(self._knows(message, seal) for message in record.messages())

    def _knows(self, message: bytes, seal: Seal | None) -> bool:
        mac = self._mac(message)
        if seal is not None and (hmac.compare_digest(mac, seal.mac) or self._is_signed_by_trusted(message, seal)):
            return True
        return mac.hex() in self._trusted()

    def has_signed_for_others(self, record: SignedRecord, seal: Seal) -> bool:
        """Return whether others who trust this user can check the record."""
        return _is_signed(record.message(), seal, self.public_key)

    def _is_signed_by_trusted(self, message: bytes, seal: Seal) -> bool:
        user = self.trusted_users.read().get(seal.signer)
        return user is not None and _is_signed(message, seal, user.key)

    def trust(self, records: Iterable[SignedRecord | Code]) -> int:
        """Trust these records; return how many are new. A record that is changed later is not trusted."""
        new = {self._mac(record.message()).hex() for record in records} - self._trusted()
        if new:
            with open_private(self.folder / TRUSTED_FILE, os.O_APPEND) as file:
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


def _is_signed(message: bytes, seal: Seal, key: bytes) -> bool:
    return seal.batch is not None and seal.batch.covers(hash_record(message)) and seal.batch.is_by(key)


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
