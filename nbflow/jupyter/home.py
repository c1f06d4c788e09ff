"""The notebook's live namespace as the home of values, and as the stage on which a step runs alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nbflow.checkpoints.ledger import Ledger
from nbflow.flow.step import Definition
from nbflow.run.namespace import Namespace
from nbflow.run.program import Program


class LiveHome(Namespace):
    """Values live in the notebook's own namespace, whose dictionary never changes, only its content does.

    For a step everything of the user's is set aside and the dictionary holds what the flow gives the step; functions
    of the notebook, whose globals it is, see the same. A function or class that the notebook has defined with the
    text of today is taken as it lives, so that it is the same for artifacts and for cells; what was not executed yet,
    in a kernel that is fresh, is executed.
    """

    def __init__(
        self, program: Program, stored_source: Any, ledger: Ledger, kept: frozenset[str], before: LiveHome | None = None
    ) -> None:
        super().__init__(program, stored_source)
        self.namespace, self.classes = ledger.namespace, ledger.classes
        self._ledger, self._kept = ledger, kept
        self._aside: dict[str, Any] | None = None
        self._held: frozenset[Definition] = frozenset()
        if before is not None:
            self._shared = before._shared

    def _stays(self, name: str) -> bool:
        return name in self._kept or (name.startswith("__") and name.endswith("__"))

    def _names(self) -> list[str]:
        return [name for name in self.namespace if not self._stays(name)]

    @contextmanager
    def stage(self) -> Iterator[None]:
        """Set all names of the user aside; they are back afterwards, whatever happened, as the very objects."""
        definitions = self.program.graph.prelude.definitions
        self._held = frozenset(one for one in definitions if self._ledger.is_defined(one))
        aside = self._aside = {name: self.namespace[name] for name in self._names()}
        try:
            self.clear()
            yield
        finally:
            given = dict(self._given)
            self.namespace.update(aside)  # at one go: an interrupt may come between any two lines
            self._aside = None
            for name in [name for name in self._names() if name not in aside]:
                del self.namespace[name]
            fresh = [one for one in definitions if one in self._bound and one not in self._held]
            self._adopt(fresh, given)
            self._bound.clear()
            self._given.clear()

    def clear(self) -> None:
        """Leave what belongs to Python and to the front end."""
        assert self._aside is not None, "a step runs on the stage only"
        for name in self._names():
            del self.namespace[name]
        self._forget()

    def bound_names(self) -> dict[str, Any]:
        """What is on the stage now beside the prelude: parameters, inputs and all that the body has bound."""
        given, nothing = self._given, object()
        on_stage = ((name, self.namespace[name]) for name in self._names())
        return {name: value for name, value in on_stage if given.get(name, nothing) is not value}

    def _adopt(self, definitions: Iterable[Definition], space: Mapping[str, Any]) -> None:
        """What was executed for a step is the notebook's from now on, unless the user has put something else there."""
        for definition in definitions:
            if all(self._may_bind(name) for name in definition.names):
                self.namespace.update({name: space[name] for name in definition.names & space.keys()})
                self._ledger.define([definition])

    def _may_bind(self, name: str) -> bool:
        """Whether a name is free, or still what a definition of the notebook bound."""
        return name not in self.namespace or self._ledger.holds(name)

    def _define(self, definition: Definition) -> None:
        if self._aside is not None and definition in self._held and _has_identity(definition, self._aside):
            self.namespace.update({name: self._aside[name] for name in definition.names & self._aside.keys()})
        else:
            super()._define(definition)

    def reference(self, value: Any) -> tuple[str, str] | None:
        """As anywhere; while the user's names are there, what nbflow has bound as an artifact is no definition."""
        if self._aside is not None:
            return super().reference(value)
        name: str = getattr(value, "__qualname__", "")
        is_live = name in self._references and self.namespace.get(name) is value and name not in self._ledger.bound
        return (name, self._references[name][0]) if is_live else None

    def resolve(self, name: str, digest: str) -> Any:
        """As anywhere; while the user's names are there, only what the notebook bound to `name` counts."""
        if self._aside is not None or self._references.get(name, ("",))[0] != digest:
            return super().resolve(name, digest)
        self.define([name])
        if self._ledger.holds(name):
            return self.namespace[name]
        if (name, digest) not in self._old:
            self._old[name, digest] = self._recall(name, digest)
        return self._old[name, digest]

    def define(self, names: Iterable[str]) -> None:
        """Execute, among the user's names, the definitions they need that the kernel has not executed yet."""
        for definition in self.program.graph.prelude.closure(names):
            if definition.kind == "shared" or self._ledger.is_defined(definition):
                continue
            if all(self._may_bind(name) for name in definition.names):
                exec(self._compiled(definition), self.namespace)
                self._ledger.define([definition])


def _has_identity(definition: Definition, space: Mapping[str, Any]) -> bool:
    """Whether a second execution would make something else than the first: a class does, `5` does not.

    Modules are imported anew, which costs nothing and finds one that was edited; constants because nobody knows what
    has been done to them.
    """
    if definition.kind == "import":
        return False
    if definition.kind in ("function", "class", "shared"):
        return True
    return any(isinstance(space.get(name), type) for name in definition.names)
