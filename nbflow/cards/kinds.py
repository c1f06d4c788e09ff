"""Types of cards: those there are, and those that a script makes by a subclass of MetaflowCard."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbflow.cards.page import drawn, page_of
from nbflow.errors import MetaflowException


class MetaflowCard:
    """A type of card. A subclass has a `type`, by which `@card(type=…)` names it, and a `render` that gives HTML.

    `render` gets the task, with what it has made as `task.data`. With `ALLOW_USER_COMPONENTS`, `__init__` gets the
    components that the step has appended, each as HTML.
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
        raise NotImplementedError

    def render_runtime(self, task: Any, data: Any) -> str:
        """What is seen while the task runs; as at the end, if a subclass has nothing else."""
        return self.render(task)

    def refresh(self, task: Any, data: Any) -> Any:
        """For a subclass that updates its page by itself."""
        return None


class DefaultCard(MetaflowCard):
    """What the step has appended, and below it what it has displayed."""

    type = "default"
    ALLOW_USER_COMPONENTS = True
    RUNTIME_UPDATABLE = True

    def render(self, task: Any) -> str:
        return page_of(str(self.options.get("title") or task.pathspec), self.components)


class BlankCard(DefaultCard):
    """What the step has appended, and nothing else."""

    type = "blank"

    def render(self, task: Any) -> str:
        return page_of(str(self.options.get("title") or ""), self.components)


class ErrorCard(MetaflowCard):
    """What is stored in place of a card that could not be drawn."""

    type = "error"

    def render(self, task: Any, stack_trace: str | None = None) -> str:
        return page_of(task.pathspec, [f'<pre class="error">{html.escape(stack_trace or "")}</pre>'])


def card_type(name: str) -> type[MetaflowCard]:
    """The type of card that has this name, the newest of several. Raises MetaflowException."""
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
    return [drawn(part) for part in parts]
