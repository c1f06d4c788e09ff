"""Defines what a driver and the agents of its run tell each other."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from nbflow.errors import BlobCorrupt, HostRefused, NbflowError, StoreBroken, StoreNotShared
from nbflow.run.events.events import Reuse
from nbflow.run.hosts.absolute_files import ExpectedFile
from nbflow.run.program.program import Program
from nbflow.run.task.job import Job, Result
from nbflow.run.workers.workers import WorkerAnswer
from nbflow.store.blobs.chunks import is_named
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.homes import copy_of, team_of

LARGEST_MESSAGE = 1 << 16
"""A message of more bytes is kept in the store, and only its name goes through the scheduler."""


@dataclass(frozen=True)
class Witness:
    """Recognises a file: a host that finds the same file under the same path shares its folder with the driver."""

    path: Path
    facts: tuple[int, int, int]

    @classmethod
    def of(cls, path: Path) -> Witness:
        """Return the witness of a file. Raises OSError if there is none."""
        return cls(path, _facts_of(path))

    @property
    def is_here(self) -> bool:
        """Return whether this machine sees the file."""
        try:
            return _facts_of(self.path) == self.facts
        except OSError:
            return False


def _facts_of(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


class FileChange(Enum):
    """Says what is told of a file of the project: it is as a whole in the store, or only what was added at its end; it
    is a folder; or it is gone.
    """

    WHOLE = auto()
    END = auto()
    FOLDER = auto()
    GONE = auto()


@dataclass(frozen=True)
class ShippedFile:
    """Is a file or a folder of the project, as another host is to have it.

    Attributes:
        path: Where it lies below the base of the project, with slashes.
        change: What is told of it.
        digest: The blob that holds its content, or its end.
        mode: Its permissions.
    """

    path: str
    change: FileChange
    digest: str = ""
    mode: int = 0o644


@dataclass(frozen=True)
class HostStore:
    """Is the first message to an agent: where it finds the store.

    Attributes:
        root: The folder of the store on the driver's machine.
        witness: Recognises that folder.
        url: The bucket that holds the store, or "".
    """

    root: Path
    witness: Witness
    url: str

    def locate(self) -> Path:
        """Return the folder of the store on this machine.

        Raises StoreError if it is in a bucket that this machine cannot use, and StoreNotShared without a bucket.
        """
        if self.witness.is_here:
            return self.root
        if not self.url:
            raise StoreNotShared(self.root)
        root = copy_of(self.url)
        team = team_of(root)
        if team is None or not team.find():
            raise StoreBroken(self.url, "there is no store", "Give this host the credentials of the right server")
        return root


@dataclass(frozen=True)
class HostSetup:
    """Is the second message to an agent: what all jobs of a run have in common.

    Attributes:
        program: The program of the run, with the folders of the driver.
        reuse: The steps that take part.
        sources: The code to which stored values may refer, by its digest.
        base: The driver's folder of the project, of which hosts make a copy; None if they all see it.
        files: What is in the copy.
    """

    program: Program
    reuse: Mapping[str, Reuse]
    sources: Mapping[str, str]
    base: Path | None = None
    files: tuple[ShippedFile, ...] = ()


@dataclass(frozen=True)
class JobBatch:
    """Holds jobs that a host does together, each with its number and its timeout in seconds.

    Attributes:
        number: The number of the batch.
        jobs: What is to be done.
        files: Files of the project that have changed since the run began, and that these jobs may read.
        expected: Files that the host must have under absolute paths.
    """

    number: int
    jobs: tuple[tuple[int, Job, float | None], ...]
    files: tuple[ShippedFile, ...] = ()
    expected: tuple[ExpectedFile, ...] = ()


@dataclass(frozen=True)
class GivenGpus:
    """Says which GPUs the dask worker gives to the jobs of a batch, before the batch itself comes."""

    batch: int
    gpus: tuple[str, ...]


@dataclass(frozen=True)
class Begun:
    """Says that a host begins with a batch.

    Attributes:
        batch: The number of the batch.
        host: The name of the host.
        agent: The name of the process that has it.
        worker: The address of its dask worker.
        slots: How many tasks the agent performs at the same time.
    """

    batch: int
    host: str
    agent: str
    worker: str
    slots: int


@dataclass(frozen=True)
class Answers:
    """Holds the answers to jobs, by their numbers, and the files of the project that have changed on the host."""

    answers: tuple[tuple[int, WorkerAnswer], ...]
    files: tuple[ShippedFile, ...] = ()


@dataclass(frozen=True)
class Wrote:
    """Says what a file of an agent's live folder holds from the byte `start` on."""

    agent: str
    name: str
    start: int
    data: bytes


HostEvent = Begun | Answers | Wrote


@dataclass(frozen=True)
class _Kept:
    """Stands for a message that is in the store."""

    digest: str


def pack(message: object, blobs: BlobStore) -> bytes:
    """Return the bytes of a message; a large one is stored, and its name is returned."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return data if len(data) <= LARGEST_MESSAGE else pickle.dumps(_Kept(blobs.put(data)))


def unpack(data: bytes, blobs: BlobStore) -> object:
    """Return the message that `pack` has packed.

    Raises BlobCorrupt if the store holds something else under the name of the message.
    """
    message = pickle.loads(data)
    if not isinstance(message, _Kept):
        return message
    content = bytes(blobs.open(message.digest))  # a copy, which nobody can change between check and load
    if not is_named(content, message.digest):
        raise BlobCorrupt(message.digest, "its bytes have changed")
    return pickle.loads(content)


def sendable(number: int, answer: WorkerAnswer) -> tuple[int, WorkerAnswer]:
    """Return an answer as it can be sent: an exception that cannot be pickled is told in words."""
    if not isinstance(answer, Result):
        try:
            pickle.loads(pickle.dumps(answer))
        except Exception as error:  # noqa: BLE001 - it may hold the user's objects
            if isinstance(answer, NbflowError):
                return number, HostRefused(str(answer))
            return number, RuntimeError(f"{type(answer).__name__}: {answer} ({error})")
    return number, answer
