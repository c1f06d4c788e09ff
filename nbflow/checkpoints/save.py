"""Saves a checkpoint by hand: everything in the namespace that can be stored, under a name."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nbflow.checkpoints.ledger import Ledger
from nbflow.checkpoints.random_generators import write_random
from nbflow.errors import CheckpointNameTaken
from nbflow.flow.source.cell import Cell
from nbflow.run.program.stored_sources import write_cells
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus, TaskRow, TaskStatus
from nbflow.store.catalog.trust import keyring
from nbflow.store.catalog.writer import CatalogWriter
from nbflow.store.pickling.home import PlainHome
from nbflow.store.pickling.pickler import digest_class
from nbflow.store.store import Store
from nbflow.store.values.artifact_ref import ArtifactRef, Lost

_OF_IPYTHON = frozenset({"In", "Out", "exit", "quit", "open", "get_ipython", "display"})


@dataclass(frozen=True, slots=True)
class Saved:
    """Describes a checkpoint that was saved by hand. `lost` holds the parts that could not be stored."""

    run: int  # number
    task: int  # row
    artifacts: tuple[ArtifactRef, ...]

    @property
    def lost(self) -> tuple[Lost, ...]:
        """Return the parts that could not be stored."""
        return tuple(lost for artifact in self.artifacts for lost in artifact.lost)


def save_checkpoint(
    name: str,
    ledger: Ledger,
    store: Store,
    flow: str,
    document: str = "",
    cells: Iterable[Cell] = (),
    steps: Iterable[str] = (),
) -> Saved:
    """Store all names except IPython's own; `restore NAME` brings them back, in this session or another.

    The checkpoint is a run with a single task, `name`. Raises CheckpointNameTaken if a step has that name.
    """
    if name in steps:
        raise CheckpointNameTaken(name)
    values = {key: value for key, value in ledger.namespace.items() if _is_users(key, value)}
    home = PlainHome(ledger.namespace, ledger.classes)
    with store.lease(), store.writer() as writer:
        began = time.time()
        run = writer.begin_run(flow, document, RunKind.INTERACTIVE, code=writer.put_code(write_cells(cells)))
        encoded = store.save(values, home, scope=f"{run.number}/{name}")
        writer.put_components(encoded.components)
        task = _put_task(writer, run, name, began, encoded.artifacts)
        write_random(writer, task)
        writer.update_run(run.id, status=RunStatus.SUCCEEDED, finished=time.time())
        writer.commit()
    _remember_classes(values, home)
    ledger.prune()
    fresh = [one for one in encoded.artifacts if one.name not in ledger.bound or not ledger.bound[one.name].ours]
    ledger.own(task, fresh, ours=False)
    return Saved(run.number, task, encoded.artifacts)


def _is_users(name: str, value: object) -> bool:
    """Return whether the user bound a name, not IPython (`_`, `_12`, `_i`, `In`, `Out`) or the module itself."""
    if name.startswith("__") and (name.endswith("__") or not name.strip("_")):
        return False
    rest = name.lstrip("_")
    is_history = name.startswith("_") and (not rest or rest in ("i", "ii", "iii", "ih", "oh", "dh", "exit_code"))
    is_numbered = name.startswith("_") and (rest.isdecimal() or rest.removeprefix("i").isdecimal())
    return not (is_history or is_numbered or name in _OF_IPYTHON)


def _put_task(writer: CatalogWriter, run: RunRow, name: str, began: float, artifacts: tuple[ArtifactRef, ...]) -> int:
    now = time.time()
    row = TaskRow(run.id, name, status=TaskStatus.SUCCEEDED, started=began, finished=now, seconds=now - began)
    task = writer.put_task(row)
    writer.put_artifacts(task, artifacts)
    writer.put_seals([(task, keyring().seal_task(run, row, artifacts))])
    return task


def _remember_classes(values: Mapping[str, object], home: PlainHome) -> None:
    """Remember classes, so that an unchanged class loads as the same object."""
    for value in values.values():
        if isinstance(value, type) and value.__module__ == "__main__":
            home.classes[digest_class(value, home)] = value
