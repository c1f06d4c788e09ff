"""Makes cards: pages of results that steps build of components, and that are stored with their tasks.

`components` holds the parts of cards, `kinds` the types of cards, and `making` fills the cards of a running task.
`reading` finds the cards of stored tasks, and `card_server` shows them in the browser.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from nbflow.cards.reading import get_cards

_KINDS = ("BlankCard", "DefaultCard", "ErrorCard", "MetaflowCard")

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
    """Load an exported name on first use, so that scripts without cards start fast."""
    if name not in __all__:
        raise AttributeError(f"module 'nbflow.cards' has no attribute '{name}'")
    home = "reading" if name == "get_cards" else "kinds" if name in _KINDS else "components"
    return getattr(importlib.import_module(f"nbflow.cards.{home}"), name)


def __dir__() -> list[str]:
    return __all__
