"""Keeps the list of the users whose signatures the user trusts, in the user's own folder."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbflow.store.catalog.key_file import open_private, refuse_exposed
from nbflow.store.catalog.signatures import fingerprint_of
from nbflow.store.whole_file import replace_file

USERS_FILE = "nbflow_trusted_keys"
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class User:
    """Describes who signs with a key. The name is what this user says, the key is what tells users apart."""

    name: str
    key: bytes  # the public one

    @property
    def signer(self) -> str:
        """Return the fingerprint of the key, which stands in the signatures."""
        return fingerprint_of(self.key)


def plain_name(name: str) -> str:
    """Return the name of a user as one line of characters that can be seen."""
    return " ".join("".join(filter(str.isprintable, name)).split())[:_LONGEST_NAME] or "unknown"


class TrustedUsers:
    """Reads and changes the list. Each line has a code that only the user can make, so nobody else can add one."""

    def __init__(self, folder: Path, authenticate: Callable[[bytes], bytes]) -> None:
        self._file = folder / USERS_FILE
        self._authenticate = authenticate
        self._known: tuple[tuple[int, int, int], Mapping[str, User]] = (0, 0, 0), {}

    def read(self) -> Mapping[str, User]:
        """Return the users by the fingerprints of their keys. Raises KeyExposed if others may change the list."""
        try:
            found = self._file.stat()
        except OSError:
            return {}
        stamp = found.st_ctime_ns, found.st_size, found.st_ino
        if self._known[0] != stamp:
            refuse_exposed(self._file)
            users = map(self._user_of, self._file.read_bytes().split(b"\n"))
            self._known = stamp, {user.signer: user for user in users if user is not None}
        return self._known[1]

    def add(self, user: User) -> None:
        """Trust a user; a user whose key is in the list already gets the new name."""
        self.remove(user.signer)
        with open_private(self._file, os.O_APPEND) as file:
            os.write(file, b"\n" + self._line_of(user) + b"\n")  # the last line may be cut off

    def remove(self, signer: str) -> None:
        """Trust the user with this fingerprint no longer."""
        users = self.read()
        if signer in users:
            kept = (self._line_of(user) for user in users.values() if user.signer != signer)
            replace_file(self._file, b"".join(line + b"\n" for line in kept), 0o600)

    def _line_of(self, user: User) -> bytes:
        text = f"{user.key.hex()} {plain_name(user.name)}".encode()
        return self._code_of(text) + b" " + text

    def _code_of(self, text: bytes) -> bytes:
        return self._authenticate(b"nbflow trusted user 1 " + text).hex().encode()

    def _user_of(self, line: bytes) -> User | None:
        code, _, text = line.partition(b" ")
        if not hmac.compare_digest(code, self._code_of(text)):
            return None
        key, _, name = text.decode().partition(" ")
        return User(name, bytes.fromhex(key))
