"""Takes out of outputs what a front end might run: what remains is text without control sequences, and images."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from nbflow.plain import plain_text

_IMAGES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_NOTE = "only its text and images are shown, because you did not sign it: run `nbflow trust` to see all of it"


def withheld_output(why: str) -> dict[str, Any]:
    """Return an output that says why something is not shown."""
    return {"output_type": "stream", "name": "stderr", "text": f"nbflow: {why}\n"}


def harmless(outputs: Iterable[Any]) -> list[dict[str, Any]]:
    """Return outputs as nobody can be harmed by them, with a note at the end if something was taken out."""
    outputs = [one for one in outputs if isinstance(one, Mapping)]
    kept = [_harmless(one) for one in outputs]
    is_whole = all(_rich(one) <= {"text/plain", *_IMAGES} for one in outputs)
    return kept if is_whole else [*kept, withheld_output(_NOTE)]


def _rich(output: Mapping[str, Any]) -> set[str]:
    data = output.get("data")
    return {str(mime) for mime in data} if isinstance(data, Mapping) else set()


def _harmless(output: Mapping[str, Any]) -> dict[str, Any]:
    match output:
        case {"output_type": "stream", "text": text}:
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return {"output_type": "stream", "name": name, "text": plain_text(text)}
        case {"output_type": "error"}:
            lines = output.get("traceback")
            traceback = [plain_text(line) for line in lines] if isinstance(lines, list) else []
            facts = {key: plain_text(output.get(key, "")) for key in ("ename", "evalue")}
            return {"output_type": "error", **facts, "traceback": traceback}
    data = output.get("data")
    return {"output_type": "display_data", "data": _bundle(data) if isinstance(data, Mapping) else {}, "metadata": {}}


def _bundle(data: Mapping[Any, Any]) -> dict[str, str]:
    images = {mime: data[mime] for mime in _IMAGES if mime in data}
    kept = {mime: text for mime, text in images.items() if isinstance(text, str) and _BASE64.fullmatch(text)}
    return {**kept, **({"text/plain": plain_text(data["text/plain"])} if "text/plain" in data else {})}
