"""Defines the messages about all flows below the folder of a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nbflow.jupyter.protocol.messages import RunLine


@dataclass(frozen=True, slots=True)
class FlowLine:
    """Describes the flow of a notebook by its newest run. `store` is the name that `StoreSpace` has for its store.

    `path` is the notebook's path below the folder of the server; "" if it is not there, or is a script. `is_busy` tells
    whether tasks run now. If tasks failed, `step` is the first step with such a task, and `error` the first line of its
    error.
    """

    path: str
    name: str  # the path, else where the notebook was, or the file of the script
    flow: str
    store: str
    run: RunLine
    is_busy: bool
    step: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class StoreTrouble:
    """Says why a store cannot be read."""

    store: str
    message: str


@dataclass(frozen=True, slots=True)
class FlowList:
    """Lists the flows of all stores below the folder of a server, and of the user's other stores.

    `is_cut` tells whether there are more folders than were searched for stores.
    """

    flows: tuple[FlowLine, ...]
    troubles: tuple[StoreTrouble, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class StoreSpace:
    """Tells what a store takes on disk, and what gc would free now by deleting `old` runs.

    `flows` are the bytes of each flow; what several share is counted in each. `folder` is the folder of the store below
    that of the server; None if it is elsewhere, where the front end cannot start a kernel.
    """

    store: str
    bytes: int
    free: int
    old: tuple[str, ...]
    flows: Mapping[str, int]
    folder: str | None


@dataclass(frozen=True, slots=True)
class SpaceList:
    """Tells what all stores take on disk."""

    stores: tuple[StoreSpace, ...]
