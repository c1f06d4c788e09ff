"""Makes a hostile store of an honest one: every value runs code when it is loaded, every output when it is shown."""

from __future__ import annotations

import json
import pickle
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.seal_rows import write_seals, write_user
from nbflow.store.catalog.texts import pack_text
from nbflow.store.catalog.trust import Keyring
from nbflow.store.catalog.trusted_users import User
from nbflow.store.values.artifact_ref import Component
from nbflow.store.values.component_digest import digest_component

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
OUTPUTS = json.dumps(
    [
        {
            "output_type": "display_data",
            "data": {
                "text/html": SCRIPT,
                "application/javascript": "alert(1)",
                "text/plain": "harmless \x1b]0;owned\x07",
            },
            "metadata": {"isolated": True},
        }
    ]
)


class Trap:
    """Creates the file `mark` when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.touch, (self.mark,)


@dataclass(frozen=True)
class Poisoned:
    """A store that somebody else has prepared."""

    root: Path
    mark: Path

    @property
    def has_run_code(self) -> bool:
        return self.mark.exists()


def poison(root: Path, sign: str) -> Poisoned:
    """Exchange all values and outputs, with right digests, and sign them: "by another", "not at all", "before"."""
    mark = root.parent / "code of the store was run"
    connection = sqlite3.connect(root / "catalog.db")
    with CatalogReader(root / "catalog.db") as reader, connection:
        for component in list(reader.components()):
            _exchange(connection, component, mark)
        digest, body = pack_text(OUTPUTS)
        connection.execute("INSERT OR REPLACE INTO texts VALUES (?, ?)", (digest, body))
        connection.execute("UPDATE tasks SET outputs = ?", (digest,))
    if sign != "before":
        with connection:
            connection.execute("DELETE FROM seals")
    with CatalogReader(root / "catalog.db") as reader, connection:
        for task in reader.task_ids() if sign == "by another" else ():
            record = reader.sealed(task)
            assert record is not None
            ring = Keyring(root.parent / "keys of somebody else")
            write_seals(connection.executemany, [(task, ring.sign(record[0]))], ring)
            write_user(connection.execute, User("mallory", ring.public_key))
    connection.close()
    return Poisoned(root, mark)


def _exchange(connection: sqlite3.Connection, component: Component, mark: Path) -> None:
    stream = pickle.dumps([*(Trap(mark) for _ in component.members), component.digest], protocol=5)
    evil = replace(component, stream=stream, blob="", buffers=(), refs=())
    digest = digest_component(stream, evil)
    connection.execute(
        "UPDATE components SET digest = ?, stream = ?, blob = NULL, buffers = NULL, refs = NULL WHERE digest = ?",
        (digest, stream, component.digest),
    )
    shares = "UPDATE artifacts SET component = ?, shares = iif(shares IS NULL, NULL, ?) WHERE component = ?"
    connection.execute(shares, (digest, digest, component.digest))
