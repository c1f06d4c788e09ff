"""Is the one gate to stored values and outputs: what nobody trusted has signed is not unpickled, nor shown as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nbflow.errors import BlobCorrupt, Untrusted
from nbflow.store.catalog.harmless import harmless, withheld_output
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import TaskRow
from nbflow.store.catalog.trust import SignedRecord, keyring
from nbflow.store.values.artifact_ref import ArtifactRef

_AT_ONCE = 500  # values in one statement of SQL


class Gate:
    """Decides whether the values of one store may be unpickled, and remembers what it has let through.

    To remember is safe: what a signature has covered once, under a digest of all its bytes, it covers for ever.
    """

    def __init__(self, reader: CatalogReader, root: Path) -> None:
        self._reader, self._root = reader, root
        self._signed: set[tuple[str, str]] = set()  # (name, digest) of artifacts

    def admit_tasks(self, tasks: Iterable[int]) -> None:
        """Raise Untrusted unless everything that these tasks made may be unpickled."""
        for record in _trusted_records(self._reader, tasks, self._root):
            self._signed.update(record.artifacts)

    def admit_of_task(self, task: int, artifacts: Iterable[ArtifactRef]) -> None:
        """Raise Untrusted unless each artifact was made by a trusted task of the run, maybe by `task` itself."""
        artifacts = list(artifacts)
        refuse_untrusted_artifacts(self._reader, task, artifacts, self._root)
        self._signed.update((one.name, one.digest) for one in artifacts)

    def admit(self, artifacts: Iterable[ArtifactRef], made_by: Iterable[int]) -> None:
        """Raise Untrusted unless a trusted task made each artifact under its name: one of these tasks, or another."""
        wanted = {(one.name, one.digest) for one in artifacts} - self._signed
        for find in (lambda _: made_by, self._makers) if wanted else ():
            for task in find(wanted):
                made = wanted & (self._reader.signed_artifacts(task) or frozenset())
                self._signed |= made
                wanted -= made
                if not wanted:
                    return
        if wanted:
            raise self._refusal(wanted)

    def _makers(self, artifacts: Iterable[tuple[str, str]]) -> Iterator[int]:
        """Yield the rows of all tasks that claim to have made one of the artifacts, the newest first."""
        components = sorted({digest.partition(":")[0] for _, digest in artifacts})
        for start in range(0, len(components), _AT_ONCE):
            some = components[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = f"SELECT DISTINCT task FROM artifacts WHERE component IN ({marks}) ORDER BY task DESC"
            yield from [task for (task,) in self._reader.query(query, *some)]

    def _refusal(self, artifacts: Iterable[tuple[str, str]]) -> Untrusted:
        name, digest = min(artifacts)
        maker = next(self._makers([(name, digest)]), 0)
        seal = self._reader.seal(maker)
        return Untrusted(f"artifact '{name}'", seal.signer if seal else "", self._root)


def refuse_untrusted(reader: CatalogReader, tasks: Iterable[int], root: Path) -> None:
    """Raise Untrusted unless everything that these tasks made may be unpickled."""
    for _ in _trusted_records(reader, tasks, root):
        pass


def _trusted_records(reader: CatalogReader, tasks: Iterable[int], root: Path) -> Iterator[SignedRecord]:
    """Yield the records of tasks. Raises Untrusted at the first one that is not trusted."""
    for task in tasks:
        found = reader.sealed(task)
        if found is None or not keyring().accepts(*found):
            record, seal = found or (None, None)
            what = f"{record.run}/{record.step}" if record else f"task {task}"
            raise Untrusted(what, seal.signer if seal else "", root)
        yield found[0]


def refuse_untrusted_artifacts(reader: CatalogReader, task: int, artifacts: Iterable[ArtifactRef], root: Path) -> None:
    """Raise Untrusted unless each of these artifacts was made by a trusted task of the run, maybe by `task` itself."""
    digests = {one.digest for one in artifacts}
    for holder in (task, *_holders(reader, task, digests)):
        if not digests:
            return
        digests -= {digest for _, digest in reader.signed_artifacts(holder) or ()}
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
    found = [sealed for task in reader.task_ids() if (sealed := reader.sealed(task))]
    ring.trust(reader.doubtful_code())
    return ring.trust(record for record, seal in found if not ring.accepts_outputs(record, seal))


# outputs


def stored_outputs(reader: CatalogReader, task: TaskRow) -> list[dict[str, Any]]:
    """Return what a task displayed, as notebook outputs. Only text and images remain if nobody trusted signed it."""
    found = read_outputs(reader, task.outputs)
    return found if not found or outputs_are_signed(reader, task) else harmless(found)


def outputs_are_signed(reader: CatalogReader, task: TaskRow) -> bool:
    """Return whether the user, or somebody whom the user trusts, has signed what a task displayed."""
    sealed = reader.just_checked(task) or reader.sealed_row(task)
    return sealed is not None and keyring().accepts_outputs(*sealed)


def read_outputs(reader: CatalogReader, digest: str | None) -> list[dict[str, Any]]:
    """Return the outputs under a digest that a trusted record names, or a note if their text has changed since."""
    if not digest:
        return []
    try:
        return list(json.loads(reader.text(digest) or "[]"))
    except BlobCorrupt as error:
        return [withheld_output(f"its stored output is damaged ({error.reason}): run `nbflow verify`")]
