"""What the store says about a value without loading it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, TypeVar

Kind = TypeVar("Kind", bound=type)


def pickled_by_fields(kind: Kind) -> Kind:
    """Have a dataclass of at least two fields pickled as a call of its class.

    What dataclasses with slots do by themselves takes several times as long, and tasks send many of them.
    """
    values = attrgetter(*(field.name for field in fields(kind)))

    def reduce(self: Any) -> tuple[Any, ...]:
        return kind, values(self)

    kind.__reduce__ = reduce  # type: ignore[assignment]
    return kind


@dataclass(frozen=True, slots=True)
class Lost:
    """A leaf that could not be stored. `path` is where it sat (`con`, `cfg['lock']`), `was` its type."""

    path: str
    was: str
    reason: str


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class Summary:
    """One value, described at checkpoint time, so that nobody unpickles to look at it."""

    type: str  # "pandas.DataFrame"
    text: str  # a short repr, one line
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    columns: tuple[tuple[str, str], ...] = ()  # (name, dtype), at most 100
    head: str = ""  # an HTML table of the first rows of a DataFrame
    image: str = ""  # of a figure or an image: a small PNG in base64


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class ArtifactRef:
    """A stored value: position `index` of the component `component`, which may hold its aliases too.

    `shares` are the digests of all components whose objects can be reached from the value, its own first. It is empty
    where no change to the value can be seen through another name, as for a number.
    """

    name: str
    component: str  # digest
    index: int
    size: int  # bytes of the whole component, buffers included
    summary: Summary
    lost: tuple[Lost, ...] = ()
    shares: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Names the value's bytes. Unequal digests do not mean unequal values."""
        return f"{self.component}:{self.index}"

    @property
    def is_named(self) -> bool:
        """Whether code has a name for it; the state of a random generator is one that has none."""
        return " " not in self.name


@pickled_by_fields
@dataclass(frozen=True, slots=True)
class Component:
    """One pickle-5 stream of a list of values, and the digests of the large buffers beside it.

    `digest` is the BLAKE3 of the stream, the buffer digests, the references and, unless the values are immutable, of
    where they come from: two lists that happen to be equal are two components, so that nobody gets one list for both.

    `refs` are objects of other components that the stream refers to instead of holding them, each as "DIGEST:NUMBER":
    the object that the stream of that component memoizes as number NUMBER. So a value that points into an input of the
    task that made it is stored without a copy of the input, and is tied to the same object whenever both are loaded.
    """

    digest: str
    stream: bytes
    buffers: tuple[str, ...] = ()
    size: int = 0
    members: tuple[str, ...] = ()  # the name of each value
    scope: str | None = None  # the step that made the values; None: immutable ones, the same wherever they come from
    blob: str = ""  # the blob that holds the stream when it is too long for the catalog; `stream` is empty then
    refs: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """Return where each object stands that the stream refers to: (digest of its component, number)."""
        parts = (ref.partition(":") for ref in self.refs)
        return tuple((digest, int(number)) for digest, _, number in parts)

    @property
    def bases(self) -> tuple[str, ...]:
        """Return the digests of the components that the stream refers to, each once."""
        return tuple(dict.fromkeys(digest for digest, _ in self.places))
