"""Writes a run as one HTML page: parameters, graph, and everything its tasks displayed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from click import unstyle

from nbflow.errors import NoDrawing
from nbflow.history.archive import Archive, item_of, task_name
from nbflow.progress.dot import to_svg
from nbflow.progress.pictures import to_text
from nbflow.progress.status import describe_status
from nbflow.run.events.replay import read_failure
from nbflow.store.catalog.foreign import stored_outputs
from nbflow.store.catalog.rows import RunRow, TaskRow, TaskStatus

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; border-top: 1px solid #ddd; padding-top: 1rem }
pre { background: #f7f7f7; padding: .6rem; overflow-x: auto; white-space: pre-wrap }
table { border-collapse: collapse } td, th { padding: .2rem .8rem .2rem 0; text-align: left }
img, svg { max-width: 100%; height: auto } .failed { color: #b00020 } .note { color: #777 }
"""

_IMAGES = ("image/png", "image/jpeg", "image/gif")
_SHOWN = 200
"""The number of tasks of one step that the page shows in full."""


def page(archive: Archive, row: RunRow) -> str:
    """Return the whole page as HTML; it refers to no other file."""
    title = f"{archive.flow} · run {row.number}"
    parts = "\n".join(_parts(archive, row))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{escape(title)}</h1>\n{parts}\n</body></html>\n"
    )


def _parts(archive: Archive, row: RunRow) -> Iterator[str]:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(row.started))
    took = f" · {row.finished - row.started:.1f} s" if row.finished else ""
    yield f"<p>{describe_status(row)} · {when}{took}{escape(' · ' + ', '.join(row.tags) if row.tags else '')}</p>"
    if row.parameters:
        yield _table({name: str(value) for name, value in row.parameters.items()})
    graph = archive.graph(row)
    yield _graph(graph)
    tasks = archive.reader.tasks(row.id)
    for step in graph.links:
        mine = [one for one in tasks if one.step == step and not one.split]
        if mine:
            yield from _step(archive, step, sorted(mine, key=lambda one: (one.path, one.turn)))


def _table(facts: Mapping[str, str]) -> str:
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in facts.items())
    return f"<table>{rows}</table>"


def _graph(graph: Any) -> str:
    try:
        drawn = to_svg(graph)
        return drawn[drawn.index("<svg") :]
    except NoDrawing:
        return f"<pre>{escape(to_text(graph))}</pre>"


def _step(archive: Archive, step: str, tasks: list[TaskRow]) -> Iterator[str]:
    yield f"<h2>{escape(step)}</h2>"
    for one in tasks[:_SHOWN]:
        seconds = f" · {one.seconds:.2f} s" if one.seconds is not None else ""
        item = f" · {item_of(one)}" if one.item else ""
        source = f" · from run {one.source.partition('/')[0]}" if one.source else ""
        label = f"{task_name(one)} · {one.status}{source}{seconds}{item}"
        yield f'<p class="{"failed" if one.status is TaskStatus.FAILED else "note"}">{escape(label)}</p>'
        yield from _outputs(stored_outputs(archive.reader, one))
        if one.failure:
            yield f'<pre class="failed">{escape(read_failure(one.failure).traceback)}</pre>'
    if len(tasks) > _SHOWN:
        yield f'<p class="note">and {len(tasks) - _SHOWN:,} more tasks</p>'


def _outputs(outputs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for output in outputs:
        if output["output_type"] == "stream":
            yield f"<pre>{escape(output['text'])}</pre>"
        elif output["output_type"] == "error":
            yield f"<pre>{escape(_plain(output['traceback']))}</pre>"
        elif "widgets" in output:
            yield f"<pre>{escape(output['widgets']['text'])}</pre>"
        else:
            yield _bundle(output["data"])


def _plain(traceback: Iterable[str]) -> str:
    return unstyle("\n".join(traceback))


def _bundle(data: Mapping[str, Any]) -> str:
    """Return the richest form that the page can show by itself. Scripts inside an output do not run."""
    for mime in _IMAGES:
        if mime in data:
            return f'<img alt="" src="data:{mime};base64,{escape(str(data[mime]).strip())}">'
    for mime in ("image/svg+xml", "text/html"):
        if mime in data:
            policy = "<meta http-equiv='Content-Security-Policy' content=\"script-src 'none'\">"
            return f'<iframe sandbox srcdoc="{escape(policy + str(data[mime]))}" style="{_FRAME}"></iframe>'
    return f"<pre>{escape(str(data.get('text/plain', '')))}</pre>"


_FRAME = "width:100%;height:20rem;border:0"
