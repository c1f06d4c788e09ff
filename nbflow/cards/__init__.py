"""Cards: pages of results that steps make of components, and that are stored with their tasks."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.cards.reading import get_cards

from nbflow.cards.components import (
    Artifact,
    Error,
    EventsTimeline,
    Image,
    JSONViewer,
    Markdown,
    MetaflowCardComponent,
    ProgressBar,
    PythonCode,
    Table,
    ValueBox,
    VegaChart,
    YAMLViewer,
)
from nbflow.cards.kinds import BlankCard, DefaultCard, ErrorCard, MetaflowCard

__all__ = [
    "Artifact",
    "BlankCard",
    "DefaultCard",
    "Error",
    "ErrorCard",
    "EventsTimeline",
    "Image",
    "JSONViewer",
    "Markdown",
    "MetaflowCard",
    "MetaflowCardComponent",
    "ProgressBar",
    "PythonCode",
    "Table",
    "ValueBox",
    "VegaChart",
    "YAMLViewer",
    "get_cards",
]


def __getattr__(name: str) -> Any:
    """The client is only loaded by whoever reads cards."""
    if name == "get_cards":
        return importlib.import_module("nbflow.cards.reading").get_cards
    raise AttributeError(f"module 'nbflow.cards' has no attribute '{name}'")
