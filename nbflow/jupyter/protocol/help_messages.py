"""Defines the messages that explain: the options of a header, the pages of the manual, the demo notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbflow.flow.syntax.step_options import STEP_OPTIONS


@dataclass(frozen=True, slots=True)
class OptionHelp:
    """Explains an option of a step's header: the forms of its value, what it means, and an example of a value."""

    forms: tuple[str, ...]
    means: str
    example: str


@dataclass(frozen=True, slots=True)
class ManualLink:
    """Names a page of the manual."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class ManualPage:
    """Holds a page of the manual as Markdown, and the titles of all pages. Links lead only to these pages."""

    name: str
    text: str
    pages: tuple[ManualLink, ...]


@dataclass(frozen=True, slots=True)
class DemoNotebook:
    """Holds a demo notebook, in the format of a notebook file, and the name that its file should have."""

    document: str
    content: Mapping[str, Any]


def options_help() -> dict[str, OptionHelp]:
    """Return what explains each option of a header."""
    return {word: OptionHelp(option.forms, option.means, option.example) for word, option in STEP_OPTIONS.items()}
