"""Writes signatures, and the public keys with which others can check them, into the catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nbflow.store.catalog.signatures import BATCH_SIZE
from nbflow.store.catalog.trust import Code, Keyring, Seal
from nbflow.store.catalog.trusted_users import User

Write = Callable[[str, Sequence[Any]], object]
"""Runs a statement with its values, or with the values of many rows."""

DELETE_UNUSED_BATCHES = "DELETE FROM batches WHERE digest NOT IN (SELECT batch FROM seals WHERE batch IS NOT NULL)"


def write_seals(write_all: Write, seals: Iterable[tuple[int, Seal]], ring: Keyring) -> None:
    """Write the seals of tasks with as few signatures as can be."""
    every = [*seals]
    for some in (every[start : start + BATCH_SIZE] for start in range(0, len(every), BATCH_SIZE)):
        batch = ring.sign_together([seal for _, seal in some])
        digest = batch.digest(ring.public_key)
        write_all("INSERT OR REPLACE INTO batches VALUES (?, ?, ?)", [(digest, batch.hashes, batch.signature)])
        rows = [(task, seal.signer, seal.key, seal.code, seal.mac, digest) for task, seal in some]
        write_all("INSERT OR REPLACE INTO seals (task, signer, key, code, mac, batch) VALUES (?, ?, ?, ?, ?, ?)", rows)


def write_code_seal(write: Write, code: Code, ring: Keyring) -> None:
    """Write the seal of a source."""
    seal = ring.sign_code(code)
    signature = ring.sign_together([seal]).signature
    columns = "digest, signer, mac, signature"
    values = (code.digest, seal.signer, seal.mac, signature)
    write(f"INSERT OR REPLACE INTO code_seals ({columns}) VALUES (?, ?, ?, ?)", values)


def write_user(write: Write, user: User) -> None:
    """Write who signs with a key."""
    write("INSERT OR REPLACE INTO users VALUES (?, ?, ?)", (user.signer, user.key, user.name))
