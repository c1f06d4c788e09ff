"""Reads what a catalog keeps under digests: components, texts, sources, facts about environments."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Self

from nbflow.errors import CodeChanged
from nbflow.store.catalog import schema
from nbflow.store.catalog.columns import COMPONENT_COLUMNS, bytes_of, component_of, mapping_of, reads_row
from nbflow.store.catalog.signatures import Batch, hash_record, is_public_key
from nbflow.store.catalog.texts import unpack_text
from nbflow.store.catalog.trust import Code, Seal, is_genuine
from nbflow.store.catalog.trusted_users import User, plain_name
from nbflow.store.values.artifact_ref import Component


def _is_too_large(value: Any) -> bool:
    """Return whether no row can hold this number: SQLite's have 64 bits. NULL in its place equals nothing."""
    return type(value) is int and value.bit_length() > 63


@reads_row("an environment")
def _facts_of(row: tuple[str]) -> dict[str, Any]:
    return mapping_of(row[0])


class ContentReader:
    """Reads the content of one catalog file, over a connection of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = schema.connect(path, write=False)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def query(self, query: str, *values: Any) -> sqlite3.Cursor:
        """Run a statement that reads. SQLite's errors are raised as StoreError."""
        with schema.meaning_of_errors(self.path):
            return self._db.execute(query, [None if _is_too_large(value) else value for value in values])

    def _one(self, query: str, *values: Any) -> Any:
        return self.query(query, *values).fetchone()

    def _word(self, query: str, *values: Any) -> str | None:
        row = self._one(query, *values)
        return None if row is None else str(row[0])

    def component(self, digest: str) -> Component | None:
        """Return the component with this digest."""
        row = self._one(f"SELECT {COMPONENT_COLUMNS} FROM components WHERE digest = ?", digest)
        return None if row is None else component_of(row)

    def components(self, digests: Collection[str] | None = None) -> Iterator[Component]:
        """Yield the components with these digests, as far as they are there; all components if None is given."""
        every = f"SELECT {COMPONENT_COLUMNS} FROM components"
        if digests is None:
            return map(component_of, self.query(every))
        listed = json.dumps([*digests])
        return map(component_of, self.query(f"{every} WHERE digest IN (SELECT value FROM json_each(?))", listed))

    def text(self, digest: str) -> str | None:
        """Return the stored text with this digest. Raises BlobCorrupt if it is another one."""
        row = self._one("SELECT body AS packed FROM texts WHERE digest = ?", digest)
        return None if row is None else unpack_text(digest, row[0])

    def code(self, digest: str) -> str | None:
        """Return the source with this digest. Raises CodeChanged unless the user, or somebody trusted, stored it."""
        row = self._one("SELECT body FROM code WHERE digest = ?", digest)
        if row is not None and not self._is_genuine(Code(digest, row[0])):
            raise CodeChanged(digest)
        return None if row is None else str(row[0])

    def every_code(self) -> dict[str, str]:
        """Return all source that `code` would return, by its digest."""
        doubtful = {one.digest for one in self.doubtful_code()}
        return {digest: body for digest, body in self.query("SELECT digest, body FROM code") if digest not in doubtful}

    def doubtful_code(self) -> list[Code]:
        """Return all sources that `code` would refuse."""
        sources = (Code(digest, text) for digest, text in self.query("SELECT digest, body FROM code"))
        return [code for code in sources if not self._is_genuine(code)]

    def _is_genuine(self, code: Code) -> bool:
        hashed = hash_record(code.message())
        seals = self.query("SELECT signer, mac, signature FROM code_seals WHERE digest = ?", code.digest)
        return is_genuine(
            code,
            (Seal(who, "", "", bytes_of(mac), batch=Batch(hashed, bytes_of(signed))) for who, mac, signed in seals),
        )

    def users(self) -> tuple[User, ...]:
        """Return who has signed something here, as far as can be told: the names are what these users say."""
        rows = self.query("SELECT signer, key AS public, name FROM users ORDER BY name, signer")
        users = ((signer, User(plain_name(str(name)), bytes_of(key))) for signer, key, name in rows)
        return tuple(user for signer, user in users if is_public_key(user.key) and user.signer == signer)

    def environment(self, digest: str) -> dict[str, Any] | None:
        """Return the facts about an environment that have this digest."""
        row = self._one("SELECT body FROM environment WHERE digest = ?", digest)
        return None if row is None else _facts_of(row)

    def learned(self, flow: str) -> dict[tuple[str, str], frozenset[str]]:
        """Return, for each (step, digest of its code), the names that the step was found to write."""
        found: dict[tuple[str, str], set[str]] = {}
        for step, code, name in self.query("SELECT step, code, name FROM learned WHERE flow = ?", flow):
            found.setdefault((step, code), set()).add(name)
        return {place: frozenset(names) for place, names in found.items()}
