"""Finds the demo notebooks and the manual that come with nbflow, and copies a demo to where the user wants it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbflow.errors import TargetExists, TargetUnwritable, UnknownName
from nbflow.notebook.write import write_whole

_PACKAGE = Path(__file__).parents[1]

TOUR = "tour"
"""The demo for somebody who has never seen a flow. It needs no library."""


@dataclass(frozen=True, slots=True)
class Demo:
    """Describes a demo: the files it needs besides the notebook, and the libraries, which `pip` installs."""

    name: str
    about: str
    files: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def document(self) -> str:
        """Return the file name of the notebook."""
        return f"{self.name}.ipynb"


_FILMS = "data/movies.csv", "data/README.md"

DEMOS: Mapping[str, Demo] = {
    demo.name: demo
    for demo in (
        Demo(TOUR, "a tour of flows: steps, a foreach, stored results"),
        Demo("linear", "three steps in a row"),
        Demo("movie_recommender", "pick films, and fit nine models in parallel", _FILMS,
             ("pandas", "scikit-learn", "matplotlib")),
        Demo("playlist_r", "pick films in R: it needs R, apt-get install r-base-core", _FILMS, ("pandas",)),
        Demo("two_hour_load", "a load of two hours survives a failure and a dead kernel", _FILMS, ("pandas",)),
    )
}  # fmt: skip


def shipped(folder: str, checkout: str) -> Path:
    """Return a folder that the wheel has inside the package as `folder`, and a checkout beside it as `checkout`."""
    inside = _PACKAGE / folder
    return inside if inside.is_dir() else _PACKAGE.parent / checkout


def find_demo(name: str) -> Demo:
    """Return the demo of this name. Raises UnknownName."""
    if name not in DEMOS:
        raise UnknownName("demo", name, DEMOS)
    return DEMOS[name]


def read_demo(demo: Demo) -> dict[str, Any]:
    """Return the notebook of a demo."""
    content: dict[str, Any] = json.loads((_folder() / demo.document).read_text("utf-8"))
    return content


def copy_demo(demo: Demo, folder: Path) -> Path:
    """Copy a demo with its files into a folder, and return its notebook.

    A file beside the notebook that has the same content stays. Raises TargetExists before anything is written, and
    TargetUnwritable.
    """
    copies = {folder / name: (_folder() / name).read_bytes() for name in (demo.document, *demo.files)}
    notebook = folder / demo.document
    new = {path: content for path, content in copies.items() if path == notebook or not _holds(path, content)}
    for path in filter(os.path.lexists, new):
        raise TargetExists(path, f"name another folder, as in  nbflow demo {demo.name} FOLDER")
    for path, content in new.items():
        _make_folder(path.parent)
        write_whole(path, content)
    return notebook


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TargetUnwritable(folder, error.strerror or str(error)) from error


def _folder() -> Path:
    return shipped("demos", "notebooks")
