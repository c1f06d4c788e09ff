"""Defines the types of cards. A script defines further types by subclasses of MetaflowCard."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbflow.cards.page import drawn, page_of
from nbflow.errors import MetaflowException


class MetaflowCard:
    """Is the base class of types of cards. A subclass has a `type`, which `@card(type=…)` names, and a `render`.

    `render` takes the task, with its artifacts as `task.data`, and returns HTML. With `ALLOW_USER_COMPONENTS`,
    `__init__` gets the components that the step has appended, each as HTML.
    """

    type: str | None = None
    ALLOW_USER_COMPONENTS = False
    RUNTIME_UPDATABLE = False
    scope = "task"

    def __init__(
        self,
        options: Mapping[str, Any] | None = None,
        components: Sequence[Any] = (),
        graph: Any = None,
        flow: Any = None,
    ) -> None:
        self.options, self.components, self.graph, self.flow = dict(options or {}), list(components), graph, flow

    def render(self, task: Any) -> str:
        """Return the card as HTML. `task` is the task with its artifacts."""
        raise NotImplementedError

    def render_runtime(self, task: Any, data: Any) -> str:
        """Return the HTML while the task runs: the same as at the end, unless a subclass returns something else."""
        return self.render(task)

    def refresh(self, task: Any, data: Any) -> Any:
        """Return data for a subclass whose page updates itself."""
        return None


class DefaultCard(MetaflowCard):
    """Shows the components that the step has appended, and below them its displayed outputs."""

    type = "default"
    ALLOW_USER_COMPONENTS = True
    RUNTIME_UPDATABLE = True

    def render(self, task: Any) -> str:
        return page_of(str(self.options.get("title") or task.pathspec), self.components)


class BlankCard(DefaultCard):
    """Shows only the components that the step has appended."""

    type = "blank"

    def render(self, task: Any) -> str:
        return page_of(str(self.options.get("title") or ""), self.components)


class ErrorCard(MetaflowCard):
    """Is stored in place of a card that could not be drawn, and shows the error."""

    type = "error"

    def render(self, task: Any, stack_trace: str | None = None) -> str:
        return page_of(task.pathspec, [f'<pre class="error">{html.escape(stack_trace or "")}</pre>'])


def card_type(name: str) -> type[MetaflowCard]:
    """Return the type of card with this name, the newest of several. Raises MetaflowException if there is none."""
    known = {kind.type: kind for kind in _below(MetaflowCard) if kind.type}
    if name in known:
        return known[name]
    listed = ", ".join(sorted(filter(None, known)))
    raise MetaflowException(
        f"there is no type of card '{name}', only {listed}: import the module that defines it as a subclass of "
        "nbflow.cards.MetaflowCard"
    )


def _below(kind: type[MetaflowCard]) -> Iterator[type[MetaflowCard]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def as_html(parts: Sequence[Any]) -> list[str]:
    """Return the HTML of each part."""
    return [drawn(part) for part in parts]
