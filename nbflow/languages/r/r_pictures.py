"""Displays the pages that R draws, each where it began."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from pathlib import Path

from nbflow.run.output.frontend import is_on_stage, stage

_UNFINISHED = {"text/plain": "[R ended before this picture was complete]"}


class Pictures:
    """Displays the pictures of one process of R."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun: set[str] = set()

    def begin(self, page: str) -> None:
        """Keep the place of a page among the outputs."""
        self._begun.add(page)
        _display({"text/plain": ""}, self._name(page), update=False)

    def show(self, page: str) -> None:
        """Display a page at the place where it began, or here if nothing was said of its beginning."""
        _display(_content(self._folder / page), self._name(page), update=page in self._begun)
        self._begun.discard(page)

    def settle(self) -> None:
        """Say of each page that has begun and is not complete that it never will be."""
        for page in self._begun:
            _display(_UNFINISHED, self._name(page), update=True)
        self._begun.clear()

    def _name(self, page: str) -> str:
        return f"{self._folder.name}-{page}"


def _content(file: Path) -> dict[str, object]:
    data = file.read_bytes()
    if data.startswith(b"\x89PNG"):
        return {"image/png": data, "text/plain": "<plot of R>"}
    return {"image/svg+xml": data.decode(), "text/plain": "<plot of R>"}


def _display(bundle: Mapping[str, object], name: str, *, update: bool) -> None:
    """Display or replace content: on the stage of a task, or through the shell of a kernel. A script shows none."""
    shell = getattr(builtins, "get_ipython", None)
    if is_on_stage():
        if update:
            stage().update(name, bundle)
        else:
            stage().show("display_data", bundle, {}, name)
    elif shell is not None and shell() is not None:
        shell().display_pub.publish(dict(bundle), {}, transient={"display_id": name}, update=update)
