"""Loads the extension in a shell as soon as a cell, executed or completed, needs it; until then, nothing is imported.

`nbflow/jupyter/startup.py` calls this when an IPython shell starts. So a notebook with steps runs in every front end,
also without `%load_ext nbflow`.
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

_NEEDED = re.compile(
    r"^(?:%%(step|parameters|shared|environment)\b|#\|\s*(step|parameters|shared|environment)\b)|^%((?:nb)?flow)\b",
    re.M,
)
"""Matches a step header, and a line magic of nbflow."""


def load_on_demand(shell: Any) -> None:
    """Load the extension in this shell before the first cell with a header or a magic of nbflow runs or is completed.

    It is told which cells ran before, because they may define what the steps use.
    """
    executed: list[SimpleNamespace] = []

    def note(result: Any) -> None:
        if shell.find_cell_magic("step") is not None:  # the user has loaded it, and may unload it for good
            stop()
        executed.append(SimpleNamespace(info=result.info, success=result.success))  # without the values of the cell

    def stop() -> None:
        shell.input_transformers_cleanup.remove(load_first)
        shell.events.unregister("post_run_cell", note)
        if vars(completer).get("completions") is complete_first:
            del completer.completions

    def is_needed(text: str) -> bool:
        found = _NEEDED.search(text)
        return found is not None and not _is_defined(shell, found)

    def load_now() -> Any:
        stop()
        from nbflow.jupyter.kernel import magics  # noqa: PLC0415 - most shells never need it

        loaded = magics.load(shell)
        for result in executed:
            loaded.after_cell(result)
        return magics

    def load_first(lines: list[str]) -> list[str]:
        text = "".join(lines)
        return load_now().as_magic(lines) if is_needed(text) else lines

    def complete_first(text: str, offset: int) -> Any:
        if not is_needed(text):
            return completions(text, offset)
        load_now()
        return completer.completions(text, offset)

    completer = shell.Completer
    completions, completer.completions = completer.completions, complete_first

    load_first.has_side_effects = True  # type: ignore[attr-defined]  # IPython then skips it while the user types
    shell.input_transformers_cleanup.append(load_first)
    shell.events.register("post_run_cell", note)


def _is_defined(shell: Any, found: re.Match[str]) -> bool:
    """Tell whether the extension is loaded, or another one has a magic of this name."""
    of_cell = found[1] or found[2]
    return (shell.find_cell_magic(of_cell) if of_cell else shell.find_line_magic(found[3])) is not None
