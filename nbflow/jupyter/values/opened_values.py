"""Loads the artifacts that are shown, once the store has let them through, and keeps the last ones."""

from __future__ import annotations

import os
import sys
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbflow.checkpoints.point import as_signed
from nbflow.errors import UnknownName
from nbflow.history.archive import Archive
from nbflow.jupyter.values.asked import Asked
from nbflow.jupyter.values.shown_value import ShownValue, go_to
from nbflow.store.catalog.rows import task_id
from nbflow.store.store import Store

_KEPT_VALUES, _KEPT_VIEWS = 4, 6


@dataclass(frozen=True, slots=True)
class FlowPlace:
    """Says where the runs of a notebook are: the folder of the store, the flow, the folder of the notebook."""

    root: Path
    flow: str
    folder: Path


class OpenedValues:
    """Keeps the values that were opened last, and how they are shown."""

    def __init__(self) -> None:
        self._values: OrderedDict[tuple[str, str], Any] = OrderedDict()
        self._views: OrderedDict[tuple[Any, ...], ShownValue] = OrderedDict()

    @property
    def has_any(self) -> bool:
        """Tell whether a value has been opened."""
        return bool(self._values)

    def show(self, place: FlowPlace, asked: Asked) -> ShownValue:
        """Return the view of an artifact. Raises what keeps it from being loaded: UnknownName, Untrusted and others."""
        with Store.open(place.root, create=False) as store, store.new_reader() as reader:
            archive = Archive(reader, place.flow, place.root)
            digest, value = self._load(store, archive, place, (asked.run, asked.task), asked.name)
            other, before = ("", None)
            if asked.versus is not None:
                other, before = self._load(store, archive, place, asked.versus, asked.name)
        key = (str(place.root), digest, other, asked.versus is not None, asked.part)
        if key not in self._views:
            part, way = go_to(value, asked.part)
            was = None if asked.versus is None else go_to(before, asked.part)[0]
            self._views[key] = ShownValue(asked.name, part, way, was)
        view: ShownValue = _newest(self._views, key, _KEPT_VIEWS)
        return view

    def _load(
        self, store: Store, archive: Archive, place: FlowPlace, task: tuple[int, int], name: str
    ) -> tuple[str, Any]:
        row = archive.run(task[0])
        found = archive.reader.task(task_id(row.id, task[1]))
        known = {one.name: one for one in archive.reader.artifacts(found.id) if one.is_named} if found else {}
        if found is None or name not in known:
            raise UnknownName("artifact", name, known)
        artifact = known[name]
        store.admit([artifact], (found.id,))  # before a module of the notebook's folder can be imported
        key = (str(place.root), artifact.digest)
        if key not in self._values:
            _work_in(place.folder)
            home = archive.home(as_signed(archive.reader, row, found), place.folder)
            self._values[key] = store.load({name: artifact}, home, made_by=(found.id,))[name]
        return artifact.digest, _newest(self._values, key, _KEPT_VALUES)


def _newest(kept: OrderedDict[Any, Any], key: Any, most: int) -> Any:
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
    return kept[key]


def _work_in(folder: Path) -> None:
    """Work in the folder of the notebook, and import modules from there as its kernel does."""
    os.chdir(folder)
    if sys.path[:1] != [str(folder)]:
        sys.path.insert(0, str(folder))
