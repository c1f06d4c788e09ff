"""Keeps how a shell shows things, so that a step's changes to it end with the step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

_INLINE = "matplotlib_inline.backend_inline"
_PRINTERS = ("singleton_printers", "type_printers", "deferred_printers")
_PLAIN = ("enabled", "float_precision", "float_format", "pprint", "newline", "verbose", "max_width", "max_seq_length")
_FIGURES = ("figure_formats", "print_figure_kwargs", "close_figures")


def keep_shell() -> Callable[[], object]:
    """Return a function that restores the formatters of the shell, and the options of figures in cells."""
    shell, inline = _shell(), sys.modules.get(_INLINE)
    before = _state_of(shell.display_formatter) if shell is not None else None
    figures = _values(_options(inline), _FIGURES) if inline is not None else {}

    def restore() -> None:
        now, backend = _shell(), sys.modules.get(_INLINE)
        if now is None:
            return
        _put(now.display_formatter, before or _state_of(type(now.display_formatter)()))
        if inline is not None:
            _set(_options(inline), figures)
        elif backend is not None:
            _draw_in_cells(now, backend)

    return restore


def draws_in_cells() -> bool:
    """Return whether matplotlib shows its figures in cells by now, and so is interactive."""
    return _INLINE in sys.modules


def _shell() -> Any:
    return sys.modules["IPython.core.interactiveshell"].__dict__["InteractiveShell"]._instance


def _options(inline: Any) -> Any:
    return inline.InlineBackend.instance()


def _draw_in_cells(shell: Any, inline: Any) -> None:
    """Select the formats of figures again: the backend does so only once, when it is imported."""
    options = _options(inline)
    inline.select_figure_formats(shell, options.figure_formats, **options.print_figure_kwargs)


def _state_of(display_formatter: Any) -> dict[str, Any]:
    formatters = display_formatter.formatters
    printers = {mime: [dict(getattr(one, name)) for name in _PRINTERS] for mime, one in formatters.items()}
    return {"printers": printers, "plain": _values(formatters["text/plain"], _PLAIN)}


def _put(display_formatter: Any, state: Mapping[str, Any]) -> None:
    formatters = display_formatter.formatters
    for mime, held in state["printers"].items():
        for name, printers in zip(_PRINTERS, held, strict=True):
            now = getattr(formatters[mime], name)
            if now != printers:
                now.clear()
                now.update(printers)
    _set(formatters["text/plain"], state["plain"])


def _values(owner: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(owner, name) for name in names}


def _set(owner: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if getattr(owner, name) != value:
            setattr(owner, name, value)
