"""Defines the components of cards: `from nbflow.cards import Markdown, Table`. Each draws itself as HTML.

The names, the arguments and the `update` methods are those of `metaflow.cards`.
"""

from __future__ import annotations

import base64
import html
import inspect
import io
import json
import pprint
import textwrap
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from nbflow.run.output.card_parts import refresh_cards, show_part
from nbflow.store.values.user_code import LONGEST_REASON, abridged, text_of, type_name_of

_MOST_ROWS = 100


class MetaflowCardComponent:
    """Is the base class of the parts of a card. For a part of your own, derive a class whose `render` returns HTML."""

    component_id: str | None = None
    REALTIME_UPDATABLE = True

    def render(self) -> str:
        """Return the HTML of the part."""
        raise NotImplementedError

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Replace the content. It is drawn when the card is refreshed, and at the end of the task."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _ipython_display_(self) -> None:
        """Show the part where a notebook displays it; it changes in its place until the cell has ended."""
        show_part(self)

    def _repr_html_(self) -> str:
        """Return HTML for a notebook. A part that cannot be drawn shows the error: a card never fails its task."""
        try:
            return self.render()
        except Exception as error:  # noqa: BLE001 - the user's own component or value
            return cannot_draw(self, error)


def cannot_draw(part: Any, error: Exception) -> str:
    """Return HTML that says why a part cannot be drawn."""
    said = f"{type_name_of(type(part))} cannot be drawn: {abridged(text_of(error), LONGEST_REASON)}"
    return f"<p><em>{html.escape(said)}</em></p>"


class Markdown(MetaflowCardComponent):
    """Shows a text in Markdown. HTML in the text is not interpreted."""

    def __init__(self, text: str | None = None) -> None:
        self.text = text or ""

    def __repr__(self) -> str:
        return self.text

    def update(self, text: str | None = None) -> None:
        """Replace the text."""
        self.text = text or ""

    def render(self) -> str:
        from markdown_it import MarkdownIt  # noqa: PLC0415 - only cards need it

        return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(textwrap.dedent(self.text)))


class Table(MetaflowCardComponent):
    """Shows a table. Each row is a list of components or values; see also `Table.from_dataframe(frame)`."""

    def __init__(
        self,
        data: Iterable[Iterable[Any]] | None = None,
        headers: Sequence[str] | None = None,
        disable_updates: bool = False,
    ) -> None:
        self._take(data, headers)

    def _take(self, data: Iterable[Iterable[Any]] | None, headers: Sequence[str] | None) -> None:
        self.rows, self.headers = [list(row) for row in data or ()], list(headers or ())

    @classmethod
    def from_dataframe(cls, dataframe: Any = None, truncate: bool = True) -> Table:
        """Make a table of a data frame; of a long one only the first rows, unless `truncate` is false."""
        shown = dataframe.head(_MOST_ROWS) if truncate else dataframe
        return cls(shown.itertuples(index=False), [str(name) for name in dataframe.columns])

    def update(self, data: Iterable[Iterable[Any]] | None = None, headers: Sequence[str] | None = None) -> None:
        """Replace the rows, and the headers if they are given."""
        self._take(data, headers if headers is not None else self.headers)

    def render(self) -> str:
        head = "".join(f"<th>{html.escape(str(name))}</th>" for name in self.headers)
        body = "".join("<tr>" + "".join(f"<td>{_cell(one)}</td>" for one in row) + "</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    return value.render() if isinstance(value, MetaflowCardComponent) else html.escape(str(value))


class Image(MetaflowCardComponent):
    """Shows a picture from the bytes of a file. Use `from_matplotlib` for figures and `from_pil_image` for PIL."""

    def __init__(self, src: bytes | None = None, label: str | None = None, disable_updates: bool = True) -> None:
        self.src, self.label = src, label

    @classmethod
    def from_matplotlib(cls, plot: Any, label: str | None = None, disable_updates: bool = False) -> Image:
        """Make a picture of a figure, or of an object that has a figure, such as axes."""
        figure = plot if hasattr(plot, "savefig") else plot.get_figure()
        file = io.BytesIO()
        figure.savefig(file, format="png", bbox_inches="tight")
        return cls(file.getvalue(), label)

    @classmethod
    def from_pil_image(cls, pilimage: Any, label: str | None = None, disable_updates: bool = False) -> Image:
        """Make an image of a picture of PIL."""
        file = io.BytesIO()
        pilimage.save(file, format="PNG")
        return cls(file.getvalue(), label)

    def update(self, image: Any, label: str | None = None) -> None:
        """Replace the picture by bytes, a figure of matplotlib, or a picture of PIL."""
        if isinstance(image, bytes):
            self.src = image
        else:
            self.src = (self.from_pil_image if hasattr(image, "save") else self.from_matplotlib)(image).src
        self.label = label or self.label

    def render(self) -> str:
        if self.src is None:
            raise ValueError("there is no picture")
        kind = next((kind for kind, start in _PICTURES.items() if self.src.startswith(start)), "png")
        data = base64.b64encode(self.src).decode("ascii")
        caption = f"<figcaption>{html.escape(self.label)}</figcaption>" if self.label else ""
        return f'<figure><img src="data:image/{kind};base64,{data}">{caption}</figure>'


_PICTURES = {"png": b"\x89PNG", "jpeg": b"\xff\xd8", "gif": b"GIF8", "webp": b"RIFF", "svg+xml": b"<svg"}


class Artifact(MetaflowCardComponent):
    """Shows a value as Python prints it."""

    def __init__(self, artifact: Any, name: str | None = None, compressed: bool = True) -> None:
        self.artifact, self.name = artifact, name

    def update(self, artifact: Any) -> None:
        """Replace the value."""
        self.artifact = artifact

    def render(self) -> str:
        title = f"<h4>{html.escape(self.name)}</h4>" if self.name else ""
        return f"{title}<pre>{html.escape(pprint.pformat(self.artifact, width=100))}</pre>"


class Error(MetaflowCardComponent):
    """Shows an exception with its traceback."""

    def __init__(self, exception: Any, title: str | None = None) -> None:
        self.exception, self.title = exception, title

    def update(self, exception: Any, title: str | None = None) -> None:
        """Replace the exception, and the title if it is given."""
        self.exception, self.title = exception, title or self.title

    def render(self) -> str:
        error = self.exception
        text = "".join(traceback.format_exception(error)) if isinstance(error, BaseException) else str(error)
        title = f"<h4>{html.escape(self.title)}</h4>" if self.title else ""
        return f'{title}<pre class="error">{html.escape(text)}</pre>'


class PythonCode(MetaflowCardComponent):
    """Shows the source of a function, or a text, with coloured syntax."""

    def __init__(self, code_func: Callable[..., Any] | None = None, code_string: str | None = None) -> None:
        self._take(code_func, code_string)

    def _take(self, code_func: Callable[..., Any] | None, code_string: str | None) -> None:
        self.code = textwrap.dedent(inspect.getsource(code_func)) if code_func else code_string or ""

    def update(self, code_func: Callable[..., Any] | None = None, code_string: str | None = None) -> None:
        """Replace the function or the text."""
        self._take(code_func, code_string)

    def render(self) -> str:
        from pygments import highlight  # noqa: PLC0415 - only cards need it
        from pygments.formatters import HtmlFormatter  # noqa: PLC0415
        from pygments.lexers import PythonLexer  # noqa: PLC0415

        return str(highlight(self.code, PythonLexer(), HtmlFormatter(noclasses=True)))


class VegaChart(MetaflowCardComponent):
    """Shows a chart from its specification in Vega-Lite. Use `from_altair_chart` for charts of altair.

    A card holds the drawing if `vl-convert-python` is installed, and the specification otherwise. A notebook draws the
    chart itself.
    """

    def __init__(self, spec: Mapping[str, Any], show_controls: bool = False) -> None:
        self.spec = dict(spec)

    @classmethod
    def from_altair_chart(cls, altair_chart: Any) -> VegaChart:
        """Make a chart of a chart of altair."""
        return cls(altair_chart.to_dict())

    def update(self, spec: Any) -> None:
        """Replace the specification."""
        self.spec = dict(spec) if isinstance(spec, Mapping) else spec.to_dict()

    def render(self) -> str:
        try:
            import vl_convert  # noqa: PLC0415 - optional, and large
        except ImportError:
            return (
                '<p><em>To have this chart drawn: pip install "jupyter-nbflow[cards]"</em></p>'
                f"<pre>{html.escape(json.dumps(self.spec, indent=1))}</pre>"
            )
        return f"<figure>{vl_convert.vegalite_to_svg(self.spec)}</figure>"

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        version = str(self.spec.get("$schema", "v5")).rpartition("/v")[2].partition(".")[0]
        return {f"application/vnd.vegalite.v{version or 5}+json": self.spec, "text/plain": "a chart of Vega-Lite"}


class ProgressBar(MetaflowCardComponent):
    """Shows progress: `update(new_value)` moves the bar."""

    def __init__(
        self,
        max: int = 100,
        label: str | None = None,
        value: int = 0,
        unit: str | None = None,
        metadata: str | None = None,
    ) -> None:
        self.max, self.label, self.value, self.unit, self.metadata = max, label, value, unit, metadata

    def update(self, new_value: int, metadata: str | None = None) -> None:
        """Move the bar to a new value, and replace the text behind it."""
        self.value, self.metadata = new_value, metadata if metadata is not None else self.metadata
        refresh_cards()

    def __repr__(self) -> str:
        return f"{self.label}: {self._said()}" if self.label else self._said()

    def _said(self) -> str:
        return " ".join(filter(None, (f"{self.value} / {self.max}", self.unit, self.metadata)))

    def render(self) -> str:
        label = f"<label>{html.escape(self.label)} " if self.label else "<label>"
        bar = f'<progress max="{self.max}" value="{self.value}"></progress>'
        return f"{label}{bar} {html.escape(self._said())}</label>"


class ValueBox(MetaflowCardComponent):
    """Shows one value in large type, with a title above it."""

    VALID_THEMES = frozenset({"default", "success", "warning", "error", "bg-gradient-blue", "bg-gradient-green"})

    def __init__(
        self,
        title: str | None = None,
        value: str | int | float = "",
        subtitle: str | None = None,
        theme: str | None = None,
        change_indicator: str | None = None,
    ) -> None:
        self.title, self.value, self.subtitle, self.change_indicator = title, value, subtitle, change_indicator

    def update(self, title: str | None = None, value: Any = None, subtitle: str | None = None, **more: Any) -> None:
        """Replace the title, the value or the subtitle; the others stay."""
        self.title = title if title is not None else self.title
        self.value = value if value is not None else self.value
        self.subtitle = subtitle if subtitle is not None else self.subtitle
        self.change_indicator = more.get("change_indicator") or self.change_indicator

    def render(self) -> str:
        texts = (("h4", self.title), ("b", self.value), ("small", self.subtitle), ("small", self.change_indicator))
        return "<div>" + "".join(f"<{tag}>{html.escape(str(one))}</{tag}> " for tag, one in texts if one) + "</div>"


class JSONViewer(MetaflowCardComponent):
    """Shows data, or a text in JSON, as indented JSON."""

    def __init__(
        self,
        data: Any,
        collapsible: bool = True,
        max_height: str | None = None,
        show_copy_button: bool = True,
        title: str | None = None,
    ) -> None:
        self.data, self.title = data, title

    def update(self, data: Any) -> None:
        """Replace the data."""
        self.data = data

    def render(self) -> str:
        title = html.escape(self.title or type(self).__name__.removesuffix("Viewer"))
        return f"<details open><summary>{title}</summary><pre>{html.escape(self._text())}</pre></details>"

    def _text(self) -> str:
        data = json.loads(self.data) if isinstance(self.data, str) else self.data
        return json.dumps(data, indent=2, default=str, ensure_ascii=False)


class YAMLViewer(JSONViewer):
    """Shows data, or a text in YAML, as YAML."""

    def _text(self) -> str:
        if isinstance(self.data, str):
            return self.data
        import yaml  # noqa: PLC0415

        return str(yaml.safe_dump(self.data, sort_keys=False, allow_unicode=True))


class EventsTimeline(MetaflowCardComponent):
    """Shows events, the newest first: `update({"time": …, "what": …})` adds an event."""

    def __init__(self, title: str | None = None, max_events: int = 100) -> None:
        self.title, self.max_events = title, max_events
        self.events: list[Mapping[str, Any]] = []

    def update(self, event_data: Mapping[str, Any], **_options: Any) -> None:
        """Add an event: a dict from labels to values."""
        self.events = [dict(event_data), *self.events][: self.max_events]

    def render(self) -> str:
        columns = list(dict.fromkeys(name for event in self.events for name in event))
        rows = [[event.get(name, "") for name in columns] for event in self.events]
        title = f"<h4>{html.escape(self.title)}</h4>" if self.title else ""
        return title + Table(rows, columns).render()
