"""What a task wrote and displayed, as text for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def text_of(outputs: Iterable[Mapping[str, Any]]) -> str:
    """Streams as they are, displayed values by their plain text, pictures as `[figure]`."""
    return "".join(_line_end(_text(output)) for output in outputs)


def _text(output: Mapping[str, Any]) -> str:
    if output["output_type"] == "stream":
        return _settle(str(output["text"]))
    data = output["data"]
    if any(mime.startswith("image/") for mime in data):
        return "[figure]"
    return str(data.get("text/plain", ""))


def _settle(text: str) -> str:
    """What remains on a line that a progress bar wrote over and over."""
    if "\r" not in text:
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


def _line_end(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
