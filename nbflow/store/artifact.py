"""What the store says about a value without loading it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lost:
    """A leaf that could not be stored. `path` is where it sat (`con`, `cfg['lock']`), `was` its type."""

    path: str
    was: str
    reason: str


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


@dataclass(frozen=True, slots=True)
class Artifact:
    """A stored value: position `index` of the component `component`, which may hold its aliases too."""

    name: str
    component: str  # digest
    index: int
    size: int  # bytes of the whole component, buffers included
    summary: Summary
    lost: tuple[Lost, ...] = ()

    @property
    def digest(self) -> str:
        """Names the value's bytes. Unequal digests do not mean unequal values."""
        return f"{self.component}:{self.index}"


@dataclass(frozen=True, slots=True)
class Component:
    """One pickle-5 stream of a list of values, and the digests of the large buffers beside it.

    `digest` is the BLAKE3 of the stream, the buffer digests and, unless the values are immutable, of where they come
    from: two lists that happen to be equal are two components, so that nobody gets one list for both.
    """

    digest: str
    stream: bytes
    buffers: tuple[str, ...] = ()
    size: int = 0
    members: tuple[str, ...] = ()  # what each value is: "name", or "name=DIGEST" for an input carried along as an alias
    scope: str | None = None  # the step that made the values; None: immutable ones, the same wherever they come from
    blob: str = ""  # the blob that holds the stream when it is too long for the catalog; `stream` is empty then
