"""Signs many records at once with Ed25519, so that others can check who made them.

A signature takes as long as the rest of a brief task, and a check three times as long. So one signature covers the
hashes of up to `BATCH_SIZE` records, and whoever checks one of these records is given all their hashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from blake3 import blake3

BATCH_SIZE = 64
_HASH = 32  # bytes
_PUBLIC = 32  # bytes
_PURPOSE = "nbflow 2026 Ed25519 key of a user"  # must not change: keys are derived with it


@dataclass(frozen=True, slots=True)
class Batch:
    """Holds one signature, and the hashes of the records that it covers, one after another."""

    hashes: bytes
    signature: bytes

    def covers(self, hashed: bytes) -> bool:
        """Return whether the record with this hash is one of them. The signature is not checked."""
        return len(hashed) == _HASH and self.hashes.find(hashed) % _HASH == 0

    def is_by(self, public_key: bytes) -> bool:
        """Return whether the owner of this key has signed the hashes."""
        return _is_signed(public_key, self.signature, self._message)

    def digest(self, public_key: bytes) -> bytes:
        """Return the name of the batch in every store."""
        return bytes(blake3(public_key + self.hashes).digest(16))

    @property
    def _message(self) -> bytes:
        return b"nbflow batch 1 " + self.hashes


def hash_record(message: bytes) -> bytes:
    """Return what a batch holds of a record."""
    return bytes(blake3(message).digest())


def derive_private_key(secret: bytes) -> bytes:
    """Return the private key that belongs to the secret of a user."""
    return bytes(blake3(secret, derive_key_context=_PURPOSE).digest())


def public_key_of(private_key: bytes) -> bytes:
    """Return the public key that belongs to a private one."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - takes 15 ms

    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def sign_batch(private_key: bytes, hashes: Sequence[bytes]) -> Batch:
    """Sign the hashes of records, at most `BATCH_SIZE` of them."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - as above

    batch = Batch(b"".join(hashes), b"")
    return Batch(batch.hashes, Ed25519PrivateKey.from_private_bytes(private_key).sign(batch._message))


@lru_cache(1024)
def _is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as above

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):  # the second: 32 bytes that are no key
        return False
    return True


def is_public_key(key: bytes) -> bool:
    """Return whether these bytes have the form of a public key."""
    return len(key) == _PUBLIC


def fingerprint_of(public_key: bytes) -> str:
    """Return a short name of a key for people to compare, in groups of four digits; no two keys have the same one."""
    digits = blake3(b"nbflow user" + public_key).hexdigest(16)
    return "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))
