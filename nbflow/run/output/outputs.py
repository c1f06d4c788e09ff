"""Collects the outputs of a task or a cell in the notebook format, and joins them as a front end does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nbflow.store.values.user_code import LONGEST_NAME, LONGEST_REASON, abridged

Bundle = Mapping[str, Any]
"""Maps MIME types to content, or to metadata."""

Output = dict[str, Any]
"""Holds one output in the notebook format: `stream` (name, text), `display_data`, `execute_result` or `error`."""

LONGEST_OUTPUT, LONGEST_ERROR = 1_000_000, 100_000  # characters of a plain text, and of a traceback, that are kept
LARGEST_CONTENT = 25_000_000  # characters of a picture, of HTML and the like, that are kept


class Outputs:
    """Collects outputs. A display can be updated by its id, and all outputs can be cleared."""

    def __init__(self, outputs: Iterable[Output] = ()) -> None:
        self.all: list[Output] = [*outputs]
        self._named: dict[str, list[Output]] = {}
        self._is_clearing = False

    def text(self, name: str, text: str) -> None:
        """Add text to a stream."""
        self._begin()
        append_text(self.all, name, text)

    def show(self, kind: str, data: Bundle, metadata: Bundle | None = None, name: str | None = None) -> Output:
        """Add a display, and give earlier displays with the same display id `name` the same content."""
        content = {"data": _cut(data), "metadata": dict(metadata or {})}
        self._begin()
        self.all.append({"output_type": kind, **content})
        if name:
            for shown in self._named.setdefault(name, []):
                shown.update(content)
            self._named[name].append(self.all[-1])
        return self.all[-1]

    def update(self, name: str | None, data: Bundle, metadata: Bundle | None = None) -> None:
        """Replace the displays with this id, or add one: the displays of another task cannot be reached."""
        if name not in self._named:
            self.show("display_data", data, metadata, name)
        for shown in self._named[name] if name else ():
            shown.update(data=_cut(data), metadata=dict(metadata or {}))

    def fail(self, name: str, value: str, traceback: Sequence[str]) -> None:
        """Add an error that was caught and is shown."""
        self._begin()
        lines = abridged("\n".join(traceback), LONGEST_ERROR).split("\n")
        value = abridged(value, LONGEST_REASON)
        self.all.append({"output_type": "error", "ename": name[:LONGEST_NAME], "evalue": value, "traceback": lines})

    def clear(self, wait: bool = False) -> None:
        """Remove all outputs: now, or with `wait` when the next output comes."""
        self._is_clearing = wait
        if not wait:
            self.all.clear()
            self._named = {name: [] for name in self._named}

    def _begin(self) -> None:
        if self._is_clearing:
            self.clear()


def append_text(outputs: list[Output], name: str, text: str) -> None:
    """Add text to a stream; text that follows text of the same stream joins it."""
    last = outputs[-1] if outputs else {}
    if last.get("name") == name:
        last["text"] += text
    else:
        outputs.append({"output_type": "stream", "name": name, "text": text})


def settle_outputs(outputs: list[Output]) -> None:
    """Reduce each stream to the text that is visible at its end."""
    for output in outputs:
        if output["output_type"] == "stream":
            output["text"] = settled(output["text"])


def settled(text: str) -> str:
    """Return the visible text: a backspace removes a character, and `\\r` moves to the start of its line."""
    while (shorter := _TAKEN_BACK.sub("", text) if "\b" in text else text) != text:
        text = shorter
    if "\r" not in text:
        return text
    lines = _LINE_ENDS.sub("\n", text).split("\n")
    return "\n".join(_overwritten(line) if "\r" in line else line for line in lines)


_TAKEN_BACK = re.compile(r"[^\n]\x08")
_LINE_ENDS = re.compile(r"\r+\n")


def _overwritten(line: str) -> str:
    """Return a line after its `\\r`: a shorter text leaves the end of the longer one below it visible."""
    seen = ""
    for text in line.split("\r"):
        seen = text + seen[len(text) :]
    return seen


def with_last_texts(outputs: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield outputs with the last text of each widget in its place, for where widgets are not drawn."""
    for output in outputs:
        if "widgets" not in output:
            yield output
        elif text := output["widgets"]["text"]:
            yield {"output_type": output["output_type"], "data": {"text/plain": text}, "metadata": {}}


def _cut(data: Mapping[str, Any]) -> dict[str, Any]:
    """Shorten a long plain text, and leave out other content that is too large for a page, with a line about it."""
    found, text = dict(data), data.get("text/plain")
    if isinstance(text, str) and len(text) > LONGEST_OUTPUT:
        text = f"{text[:LONGEST_OUTPUT]}\n[this text is longer than {LONGEST_OUTPUT:,} characters]"
        found["text/plain"] = text
    for mime, size in [(mime, size_of(content)) for mime, content in found.items()]:
        if size > LARGEST_CONTENT:
            del found[mime]
            said = f"[{mime} is left out: it has {size:,} characters, and at most {LARGEST_CONTENT:,} are kept]"
            found["text/plain"] = text = f"{text}\n{said}" if isinstance(text, str) else said
    return found


def size_of(content: Any) -> int:
    """Return about how many characters JSON content has, or as soon as it is too much, what was counted."""
    size, agenda = 0, [content]
    while agenda and size <= LARGEST_CONTENT:
        one = agenda.pop()
        if isinstance(one, dict):
            agenda += (*one.keys(), *one.values())
        elif isinstance(one, list):
            agenda += one
        size += len(one) if isinstance(one, str) else 4
    return size
