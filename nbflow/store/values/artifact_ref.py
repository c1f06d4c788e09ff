"""Defines what the store says about a value without loading it: its reference, its component and its summary."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any, TypeVar

Kind = TypeVar("Kind", bound=type)


def pickled_by_fields(kind: Kind) -> Kind:
    """Make a dataclass with at least two fields pickle as a call of its class.

    The default for dataclasses with slots takes several times as long, and tasks send many of them.
    """
    values = attrgetter(*(one.name for one in fields(kind)))

    def reduce(self: Any) -> tuple[Any, ...]:
        return kind, values(self)

    kind.__reduce__ = reduce  # type: ignore[assignment]
    return kind


@dataclass(frozen=True, slots=True)
class Lost:
    """Describes a part of a value that could not be stored. `path` is its place (`cfg['lock']`), `was` its type."""

    path: str
    was: str
    reason: str


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class Summary:
    """Describes a value when it is stored, so that nobody must unpickle it to see what it is."""

    type: str  # "pandas.DataFrame"
    text: str  # a short repr, one line
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    columns: tuple[tuple[str, str], ...] = ()  # (name, dtype), at most 100
    head: str = ""  # an HTML table of the first rows of a DataFrame
    image: str = ""  # for a figure or an image: a small PNG in base64
    fields: tuple[tuple[str, str], ...] = ()  # of a dict, tuple or dataclass: (key, short repr), if it has only a few
    versions: tuple[tuple[str, str], ...] = ()  # of the packages that its types come from


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class ArtifactRef:
    """Points to a stored value: position `index` of the component `component`, which may hold other names too.

    `shares` holds the digests of all components whose objects can be reached from the value, its own first. It is empty
    if no change of the value can be seen through another name, as for a number. `task` is the row of the task under
    which the catalog lists the artifact, 0 if it was not read there: the signature of that task must cover it.
    `listed_as` is the name there, "" if it is the same.
    """

    name: str
    component: str  # digest
    index: int
    size: int  # bytes of the whole component, buffers included
    summary: Summary
    lost: tuple[Lost, ...] = ()
    shares: tuple[str, ...] = ()
    task: int = field(default=0, compare=False)
    listed_as: str = field(default="", compare=False)

    def renamed(self, name: str) -> ArtifactRef:
        """Return the artifact under another name, such as an item of a foreach under the name of the loop."""
        return replace(self, name=name, listed_as=(self.listed_as or self.name) if self.task else "")

    def unlisted(self, name: str) -> ArtifactRef:
        """Return the artifact as another task makes it anew, under a name of that task."""
        is_new = (self.name, self.task, self.listed_as) == (name, 0, "")
        return self if is_new else replace(self, name=name, task=0, listed_as="")

    @property
    def listing(self) -> tuple[int, str, str]:
        """Return what the signature of the task must cover: the task, the name in the catalog and the digest."""
        return self.task, self.listed_as or self.name, self.digest

    @property
    def digest(self) -> str:
        """Return a name for the value's bytes. Different digests do not mean different values."""
        return f"{self.component}:{self.index}"

    @property
    def is_named(self) -> bool:
        """Return whether the artifact has a name that code can use; the state of a random generator has none."""
        return " " not in self.name


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class Component:
    """Holds one pickle-5 stream of a list of values, and the digests of the large buffers beside it.

    `digest` is the BLAKE3 of the stream, the buffer digests, the references and, unless the values are immutable, of
    their origin. So two equal lists of different steps are two components, and do not become one list.

    `refs` names objects of other components that the stream refers to instead of holding them, each as "DIGEST:NUMBER":
    the object that the stream of that component memoizes under NUMBER. So a value that points into an input of its task
    is stored without a copy of the input, and shares the same object whenever both are loaded.
    """

    digest: str
    stream: bytes
    buffers: tuple[str, ...] = ()
    size: int = 0
    members: tuple[str, ...] = ()  # the name of each value
    scope: str | None = None  # the step that made the values; None for immutable values, which have no origin
    blob: str = ""  # the blob that holds a stream too long for the catalog; `stream` is then empty
    refs: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """Return the place of each object that the stream refers to: (digest of its component, number)."""
        parts = (ref.partition(":") for ref in self.refs)
        return tuple((digest, int(number)) for digest, _, number in parts)

    @property
    def bases(self) -> tuple[str, ...]:
        """Return the digests of the components that the stream refers to, each once."""
        return tuple(dict.fromkeys(digest for digest, _ in self.places))
