"""Refuses to unpickle records that somebody else has signed, until the user trusts the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nbflow.errors import Untrusted
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.trust import keyring
from nbflow.store.values.artifact_ref import ArtifactRef


def refuse_untrusted(reader: CatalogReader, tasks: Iterable[int], root: Path) -> None:
    """Raise Untrusted unless everything that these tasks made may be unpickled."""
    for task in tasks:
        found = reader.sealed(task)
        if found is None or not keyring().accepts(*found):
            record, seal = found or (None, None)
            what = f"{record.run}/{record.step}" if record else f"task {task}"
            raise Untrusted(what, seal.signer if seal else "", root)


def refuse_untrusted_artifacts(reader: CatalogReader, task: int, artifacts: Iterable[ArtifactRef], root: Path) -> None:
    """Raise Untrusted unless each of these artifacts was made by a trusted task of the run, maybe by `task` itself."""
    digests = {one.digest for one in artifacts}
    for holder in (task, *_holders(reader, task, digests)):
        if not digests:
            return
        made = {digest for _, digest in reader.made(holder)} & digests
        if made and reader.is_trusted(holder):
            digests -= made
    if digests:
        row, seal = reader.task(task), reader.seal(task)
        what = f"an artifact that step '{row.step}' uses" if row else f"task {task}"
        raise Untrusted(what, seal.signer if seal else "", root)


def _holders(reader: CatalogReader, task: int, digests: Iterable[str]) -> Iterator[int]:
    """Yield the rows of the tasks in the same run that have one of the artifacts."""
    for digest in sorted(digests):
        component, _, index = digest.partition(":")
        query = """SELECT tasks.id FROM tasks JOIN artifacts ON artifacts.task = tasks.id WHERE tasks.run =
            (SELECT run FROM tasks WHERE id = ?) AND artifacts.component = ? AND artifacts.idx = ?"""
        yield from (found for (found,) in reader.query(query, task, component, int(index)))


def trust_store(reader: CatalogReader) -> int:
    """Trust all records that the store holds now; return how many of them the user had not signed or trusted."""
    ring = keyring()
    found = [sealed for task in reader.task_ids() if (sealed := reader.sealed(task)) and not ring.accepts(*sealed)]
    ring.trust(reader.doubtful_code())
    return ring.trust(record for record, _ in found)
