"""`@card`: a task's page of results, made of what the step appended and displayed."""

from __future__ import annotations

import base64
import html
import io
import pprint
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nbflow.errors import MetaflowException
from nbflow.run.display import bundle_of

CARDS = "_cards"
"""The artifact of a task that holds its cards: a list of (type, id, HTML)."""


class Component:
    """A part of a card."""

    def render(self) -> str:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        """For `display` in a notebook."""
        return self.render()


class Markdown(Component):
    """Text in Markdown: headings, lists, bold, code and paragraphs are drawn, the rest is shown as written."""

    def __init__(self, text: str = "") -> None:
        self.text = text

    def update(self, text: str) -> None:
        self.text = text

    def render(self) -> str:
        return "\n".join(_blocks(self.text))


class Table(Component):
    """Rows, each a list of components or values; `Table.from_dataframe(frame)`."""

    def __init__(self, data: Iterable[Iterable[Any]] = (), headers: Sequence[str] = ()) -> None:
        self.rows, self.headers = [list(row) for row in data], list(headers)

    @classmethod
    def from_dataframe(cls, dataframe: Any = None, truncate: bool = True) -> Table:
        shown = dataframe.head(100) if truncate else dataframe
        return cls(shown.itertuples(index=False), [str(name) for name in dataframe.columns])

    def render(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.headers)
        body = "".join("<tr>" + "".join(f"<td>{_cell(one)}</td>" for one in row) + "</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


class Image(Component):
    """A picture: the bytes of a file, or a figure of matplotlib by `Image.from_matplotlib(figure)`."""

    def __init__(self, src: bytes, label: str | None = None) -> None:
        self.src, self.label = src, label

    @classmethod
    def from_matplotlib(cls, plot: Any, label: str | None = None) -> Image:
        figure = plot if hasattr(plot, "savefig") else plot.get_figure()
        file = io.BytesIO()
        figure.savefig(file, format="png", bbox_inches="tight")
        return cls(file.getvalue(), label)

    def render(self) -> str:
        kind = next((k for k, start in _PICTURES.items() if self.src.startswith(start)), "png")
        data = base64.b64encode(self.src).decode("ascii")
        caption = f"<figcaption>{html.escape(self.label)}</figcaption>" if self.label else ""
        return f'<figure><img src="data:image/{kind};base64,{data}">{caption}</figure>'


_PICTURES = {"png": b"\x89PNG", "jpeg": b"\xff\xd8", "gif": b"GIF8", "svg+xml": b"<svg"}


class Artifact(Component):
    """A value as Python shows it."""

    def __init__(self, artifact: Any, name: str | None = None, compressed: bool = True) -> None:
        self.artifact, self.name = artifact, name

    def render(self) -> str:
        title = f"<h4>{html.escape(self.name)}</h4>" if self.name else ""
        return f"{title}<pre>{html.escape(pprint.pformat(self.artifact, width=100))}</pre>"


class Cards:
    """`current.card`: append to the only card, or to the one with an id by `current.card["id"]`."""

    def __init__(self, cards: Sequence[tuple[str, str | None]]) -> None:
        self.parts: dict[str | None, list[Any]] = {name: [] for _, name in cards}

    def _of(self, name: str | None) -> list[Any]:
        if not self.parts:
            raise MetaflowException("this step has no card: write @card above @step")
        if name not in self.parts:
            name = next(iter(self.parts)) if name is None else name
        if name not in self.parts:
            listed = ", ".join(str(one) for one in self.parts)
            raise MetaflowException(f"this step has no card '{name}': there is {listed}")
        return self.parts[name]

    def append(self, component: Any, id: str | None = None) -> None:
        self._of(None).append(component)

    def extend(self, components: Iterable[Any]) -> None:
        self._of(None).extend(components)

    def clear(self) -> None:
        self._of(None).clear()

    def refresh(self, *_data: object) -> None:
        """A card is drawn when its task is over; there is nothing to do before."""

    def __getitem__(self, name: str) -> OneCard:
        return OneCard(self._of(name))


class OneCard:
    """One card of several."""

    def __init__(self, parts: list[Any]) -> None:
        self.parts = parts

    def append(self, component: Any, id: str | None = None) -> None:
        self.parts.append(component)

    def extend(self, components: Iterable[Any]) -> None:
        self.parts.extend(components)

    def clear(self) -> None:
        self.parts.clear()

    def refresh(self, *_data: object) -> None:
        """A card is drawn when its task is over."""


def render(
    cards: Cards, wanted: Sequence[tuple[str, str | None]], title: str, outputs: Iterable[Mapping[str, Any]]
) -> list[tuple[str, str | None, str]]:
    """Every card as (type, id, HTML). What the step displayed stands below what it appended to the first one."""
    shown = [_displayed(output["data"]) for output in outputs if "data" in output]
    pages = []
    for number, (kind, name) in enumerate(wanted):
        parts = [_drawn(part) for part in cards.parts.get(name, ())] + (shown if number == 0 else [])
        pages.append((kind, name, _page(title, parts)))
    return pages


def _drawn(part: Any) -> str:
    """A part that cannot be drawn says so in its place: a card never fails its task."""
    try:
        return part.render() if isinstance(part, Component) else _displayed(bundle_of(part))
    except Exception as error:  # noqa: BLE001 - the user's own component or value
        return f"<p><em>{html.escape(f'{type(part).__name__} cannot be drawn: {error}')}</em></p>"


def _displayed(bundle: Mapping[str, Any]) -> str:
    if "text/html" in bundle:
        return str(bundle["text/html"])
    if "image/png" in bundle:
        return f'<img src="data:image/png;base64,{bundle["image/png"]}">'
    if "text/markdown" in bundle:
        return Markdown(str(bundle["text/markdown"])).render()
    return f"<pre>{html.escape(str(bundle.get('text/plain', '')))}</pre>"


def _page(title: str, parts: Iterable[str]) -> str:
    body = "\n".join(f"<section>{part}</section>" for part in parts)
    name = html.escape(title)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{name}</title><style>{_STYLE}</style></head>'
        f"<body><h1>{name}</h1>\n{body}\n</body></html>"
    )


_STYLE = (
    "body{font-family:sans-serif;margin:2em auto;max-width:60em}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:.2em .6em}img{max-width:100%}h1{font-size:1.1em;color:#666}"
)


def _cell(value: Any) -> str:
    return value.render() if isinstance(value, Component) else html.escape(str(value))


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, headings and lists, which are what cards are written in."""
    for block in text.strip().split("\n\n"):
        lines = block.splitlines()
        if lines and all(line.lstrip().startswith(("- ", "* ")) for line in lines):
            yield "<ul>" + "".join(f"<li>{_inline(line.lstrip()[2:])}</li>" for line in lines) + "</ul>"
        elif lines and lines[0].startswith("#"):
            level = len(lines[0]) - len(lines[0].lstrip("#"))
            yield f"<h{level}>{_inline(lines[0].lstrip('#').strip())}</h{level}>"
            yield from _blocks("\n".join(lines[1:])) if lines[1:] else ()
        else:
            yield f"<p>{_inline(block)}</p>"


def _inline(text: str) -> str:
    pieces = html.escape(text).split("`")
    marked = [f"<code>{one}</code>" if number % 2 else _bold(one) for number, one in enumerate(pieces)]
    return "".join(marked)


def _bold(text: str) -> str:
    pieces = text.split("**")
    return "".join(f"<strong>{one}</strong>" if number % 2 else one for number, one in enumerate(pieces))
