"""Many records have one signature, which anybody can check who has the public key."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from nbflow.errors import KeyExposed
from nbflow.store.catalog.signatures import (
    BATCH_SIZE,
    Batch,
    derive_private_key,
    fingerprint_of,
    hash_record,
    public_key_of,
    sign_batch,
)
from nbflow.store.catalog.trust import Keyring, SignedRecord
from nbflow.store.catalog.trusted_users import USERS_FILE, TrustedUsers, User

PRIVATE = derive_private_key(b"s" * 32)
PUBLIC = public_key_of(PRIVATE)
HASHES = [hash_record(b"%d" % number) for number in range(BATCH_SIZE)]
RECORD = SignedRecord("films", 7, "clean", (3,), 0, False, "k", "c", (("df", "d:0"),), "o", "0123456789abcdef")


def sealed(ring: Keyring, *records: SignedRecord) -> Batch:
    return ring.sign_together([ring.sign(record) for record in records])


def befriended(tmp_path: Path) -> tuple[Keyring, Keyring]:
    """The keys of two users, of whom the second trusts the first."""
    ann, bob = Keyring(tmp_path / "ann"), Keyring(tmp_path / "bob")
    bob.trusted_users.add(User("ann", ann.public_key))
    return ann, bob


def test_a_batch_covers_its_records_and_no_others() -> None:
    batch = sign_batch(PRIVATE, HASHES)
    assert batch.is_by(PUBLIC)
    assert all(map(batch.covers, HASHES))
    assert not batch.covers(hash_record(b"another"))
    between = batch.hashes[16:48]
    assert not any(map(batch.covers, (between, b"", HASHES[0][:8], HASHES[0] + HASHES[1])))


@pytest.mark.parametrize(
    "change",
    [
        {"hashes": b"".join(HASHES[:-1])},
        {"hashes": b"".join([*HASHES, hash_record(b"more")])},
        {"hashes": b"".join(reversed(HASHES))},
        {"hashes": b""},
        {"signature": b""},
        {"signature": bytes(64)},
        {"signature": sign_batch(derive_private_key(b"other"), HASHES).signature},
        {"signature": sign_batch(PRIVATE, HASHES[1:]).signature},
    ],
)
def test_a_batch_that_was_changed_is_not_signed(change: dict[str, bytes]) -> None:
    assert not replace(sign_batch(PRIVATE, HASHES), **change).is_by(PUBLIC)


@pytest.mark.parametrize("key", [b"", bytes(32), b"\xff" * 32, PUBLIC[:-1]])
def test_bytes_that_are_no_key_have_signed_nothing(key: bytes) -> None:
    assert not sign_batch(PRIVATE, HASHES).is_by(key)


def test_keys_and_fingerprints_stay_the_same_in_later_versions() -> None:
    assert PUBLIC.hex() == "7a336b3a1b97755265be3eff34e4393b2f9145a6499820840b6e161db9039971"
    assert fingerprint_of(PUBLIC) == "ef16-cb47-8747-c40f-9418-6d00-40c9-cd23"


def test_who_trusts_a_user_accepts_what_this_user_signs_and_nobody_else(tmp_path: Path) -> None:
    ann, bob = befriended(tmp_path)
    seal = replace(ann.sign(RECORD), batch=sealed(ann, RECORD, replace(RECORD, step="load")))
    assert bob.accepts(RECORD, seal)
    assert bob.accepts_outputs(RECORD, seal)
    assert not Keyring(tmp_path / "carl").accepts(RECORD, seal)
    bob.trusted_users.remove(ann.signer)
    assert not bob.accepts(RECORD, seal)


@pytest.mark.parametrize("field", sorted({*SignedRecord.__slots__} - {"run"}))  # the number may change
def test_the_signature_of_a_trusted_user_holds_for_one_record(tmp_path: Path, field: str) -> None:
    ann, bob = befriended(tmp_path)
    other = {"path": (4,), "turn": 1, "split": True, "artifacts": (("df", "e:0"),)}
    changed = replace(RECORD, **{field: other.get(field, "other")})  # type: ignore[arg-type]
    seal = replace(ann.sign(RECORD), batch=sealed(ann, RECORD))
    assert not bob.accepts(changed, seal)
    assert bob.contradicts(changed, seal)


def test_somebody_who_uses_the_fingerprint_of_a_trusted_user_is_not_this_user(tmp_path: Path) -> None:
    ann, bob = befriended(tmp_path)
    mallory = Keyring(tmp_path / "mallory")
    seal = replace(mallory.sign(RECORD), signer=ann.signer, batch=sealed(mallory, RECORD))
    assert not bob.accepts(RECORD, seal)


class TestTrustedUsers:
    """The list of the users whom a user trusts."""

    def test_the_list_is_for_the_user_only(self, tmp_path: Path) -> None:
        ann, bob = befriended(tmp_path)
        file = tmp_path / "bob" / USERS_FILE
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert {user.signer: user.name for user in bob.trusted_users.read().values()} == {ann.signer: "ann"}

    @pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
    def test_a_list_that_others_may_write_is_refused(self, tmp_path: Path, mode: int) -> None:
        befriended(tmp_path)
        (tmp_path / "bob" / USERS_FILE).chmod(mode)
        with pytest.raises(KeyExposed, match=f"Run `chmod 600 .*{USERS_FILE}`"):
            Keyring(tmp_path / "bob").trusted_users.read()

    def test_a_line_that_the_user_has_not_written_counts_for_nothing(self, tmp_path: Path) -> None:
        ann, bob = befriended(tmp_path)
        mallory = Keyring(tmp_path / "mallory")
        mallory.trusted_users.add(User("ann", mallory.public_key))
        file, forged = tmp_path / "bob" / USERS_FILE, (tmp_path / "mallory" / USERS_FILE).read_bytes()
        own = file.read_bytes()
        file.write_bytes(own + forged + own.replace(ann.public_key.hex().encode(), mallory.public_key.hex().encode()))
        assert [*bob.trusted_users.read()] == [ann.signer]

    @pytest.mark.parametrize("damage", [b"", b"\xff\n\0 x y", b"a b c\n" * 9])
    def test_a_damaged_list_trusts_nobody(self, tmp_path: Path, damage: bytes) -> None:
        _, bob = befriended(tmp_path)
        (tmp_path / "bob" / USERS_FILE).write_bytes(damage)
        assert bob.trusted_users.read() == {}

    def test_a_line_that_a_killed_process_has_begun_spoils_no_later_one(self, tmp_path: Path) -> None:
        ann, bob = befriended(tmp_path)
        with (tmp_path / "bob" / USERS_FILE).open("ab") as file:
            file.write(b"0123 45")
        carl = Keyring(tmp_path / "carl")
        bob.trusted_users.add(User("carl", carl.public_key))
        assert {*bob.trusted_users.read()} == {ann.signer, carl.signer}

    def test_a_user_has_one_name_and_may_have_several_keys(self, tmp_path: Path) -> None:
        users = TrustedUsers(tmp_path, lambda message: hash_record(b"secret" + message))
        users.add(User("ann", PUBLIC))
        users.add(User("ann\n\x1b[31m\u202eeve", PUBLIC))
        users.add(User("ann", public_key_of(b"2" * 32)))
        assert sorted(user.name for user in users.read().values()) == ["ann", "ann[31meve"]
        users.remove("nobody")
        assert os.listdir(tmp_path) == [USERS_FILE]
