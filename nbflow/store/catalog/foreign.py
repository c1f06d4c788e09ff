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
from nbflow.store.catalog.trust import Keyring, Seal, SignedRecord, keyring
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.values.artifact_ref import ArtifactRef

_AT_ONCE = 500  # values in one statement of SQL


class Gate:
    """Decides whether the values of one store may be unpickled, and remembers what it has let through.

    To remember is safe: what a signature has covered once, under a digest of all its bytes, it covers for ever.
    """

    def __init__(self, reader: CatalogReader, root: Path) -> None:
        self._reader, self._root = reader, root
        self._signed: set[tuple[int, str, str]] = set()  # (task, name, digest) of artifacts; 0 stands for any task

    def admit_tasks(self, tasks: Iterable[int]) -> None:
        """Raise Untrusted unless everything that these tasks made may be unpickled."""
        for task, record in _trusted_records(self._reader, tasks, self._root):
            self._remember(task, record.artifacts)

    def admit(self, artifacts: Iterable[ArtifactRef], made_by: Iterable[int] = ()) -> None:
        """Raise Untrusted unless trusted tasks made these artifacts under their names.

        It must be the task under which the catalog lists the artifact, so that no value stands for that of another
        task. An artifact that was not read from the catalog may be of any task; `made_by` are searched first.
        """
        wanted = {one.listing for one in artifacts} - self._signed
        for task in sorted({task for task, _, _ in wanted if task}):
            self._remember(task, self._reader.signed_artifacts(task) or ())
        for task, name, _ in sorted(wanted - self._signed):
            if task and self._reader.task(task) is not None:  # else it was swept since
                raise self._refusal(task, name)
        self._admit_of_any({(0, name, digest) for _, name, digest in wanted} - self._signed, made_by)

    def _admit_of_any(self, wanted: set[tuple[int, str, str]], made_by: Iterable[int]) -> None:
        for find in (lambda _: made_by, self._makers) if wanted else ():
            for task in find({digest for _, _, digest in wanted}):
                self._remember(task, self._reader.signed_artifacts(task) or ())
                wanted -= self._signed
                if not wanted:
                    return
        if wanted:
            _, name, digest = min(wanted)
            raise self._refusal(next(self._makers([digest]), 0), name)

    def _remember(self, task: int, signed: Iterable[tuple[str, str]]) -> None:
        self._signed.update((one, *artifact) for artifact in signed for one in (0, task))

    def _refusal(self, task: int, name: str) -> Untrusted:
        return _refuse(self._reader, task, f"artifact '{name}'", self._root)

    def _makers(self, digests: Iterable[str]) -> Iterator[int]:
        """Yield the rows of all tasks that claim to have made one of the artifacts, the newest first."""
        components = sorted({digest.partition(":")[0] for digest in digests})
        for start in range(0, len(components), _AT_ONCE):
            some = components[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = f"SELECT DISTINCT task FROM artifacts WHERE component IN ({marks}) ORDER BY task DESC"
            yield from [task for (task,) in self._reader.query(query, *some)]


def refuse_untrusted(reader: CatalogReader, tasks: Iterable[int], root: Path) -> None:
    """Raise Untrusted unless everything that these tasks made may be unpickled."""
    for _ in _trusted_records(reader, tasks, root):
        pass


def _trusted_records(reader: CatalogReader, tasks: Iterable[int], root: Path) -> Iterator[tuple[int, SignedRecord]]:
    """Yield the records of tasks. Raises Untrusted at the first one that is not trusted."""
    for task in tasks:
        found = reader.sealed(task)
        if found is None or not keyring().accepts(*found):
            raise _refuse(reader, task, f"{found[0].run}/{found[0].step}" if found else f"task {task}", root)
        yield task, found[0]


def _refuse(reader: CatalogReader, task: int, what: str, root: Path) -> Untrusted:
    seal, ring = reader.seal(task), keyring()
    signer = seal.signer if seal else ""
    trusted = ring.trusted_users.read().get(signer)
    user = trusted or next((user for user in reader.users() if user.signer == signer), None)
    is_changed = trusted is not None or ring.is_own(signer)
    return Untrusted(what, signer, root, is_changed, user.name if user and not ring.is_own(signer) else "")


def signed_as_listed(reader: CatalogReader, task: TaskRow) -> tuple[ArtifactRef, ...] | None:
    """Return what a task made, None unless a trusted signature covers these very artifacts.

    To check a task and to read its artifacts afterwards would let somebody change the rows in between.
    """
    artifacts, checked = reader.artifacts(task.id), reader.just_checked(task)
    signed = frozenset(checked[0].artifacts) if checked else reader.signed_artifacts(task.id)
    return artifacts if signed == frozenset((one.name, one.digest) for one in artifacts) else None


def trust_store(reader: CatalogReader) -> int:
    """Trust all records that the store holds now; return how many of them the user had not signed or trusted."""
    ring = keyring()
    found = [sealed for task in reader.task_ids() if (sealed := reader.sealed(task))]
    ring.trust(reader.doubtful_code())
    return ring.trust(record for record, seal in found if not ring.accepts_outputs(record, seal))


def sign_again(reader: CatalogReader, writer: CatalogWriter) -> int:
    """Sign again what this user has signed and others cannot check; return the number of tasks."""
    ring = keyring()
    found = [(task, sealed) for task in reader.task_ids() if (sealed := reader.sealed(task))]
    own = [(task, record) for task, (record, seal) in found if seal and _is_for_owner_only(ring, record, seal)]
    if own:
        writer.put_user()
    writer.put_seals((task, ring.sign(record)) for task, record in own)
    return len(own)


def _is_for_owner_only(ring: Keyring, record: SignedRecord, seal: Seal) -> bool:
    is_own = ring.is_own(seal.signer) and ring.accepts_outputs(record, seal)
    return is_own and not ring.has_signed_for_others(record, seal)


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
