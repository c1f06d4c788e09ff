"""Turns the outputs of a task into plain text for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from nbflow.run.output.outputs import settled


def text_of_outputs(outputs: Iterable[Mapping[str, Any]]) -> str:
    """Return the text of outputs: streams as they are, values as plain text, pictures as `[figure]`."""
    return "".join(_line_end(_text(output)) for output in outputs)


def _text(output: Mapping[str, Any]) -> str:
    match output["output_type"]:
        case "stream":
            return settled(str(output["text"]))
        case "error":
            return click.unstyle("\n".join(output["traceback"]))
    if "widgets" in output:
        return str(output["widgets"]["text"])
    data = output["data"]
    if any(mime.startswith("image/") for mime in data):
        return "[figure]"
    return str(data.get("text/plain", ""))


def _line_end(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
