"""The notebook's live namespace as the home of values, and as the stage on which a step runs alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from nbflow.checkpoints.fingerprint import fingerprint
from nbflow.checkpoints.ledger import Ledger
from nbflow.flow.names.code import names_of
from nbflow.flow.syntax.definition import Definition, Prelude
from nbflow.flow.syntax.specs import StepSpec
from nbflow.jupyter.kernel.living import find_living
from nbflow.run.program.program import Program
from nbflow.run.task.namespace import Namespace
from nbflow.store.pickling.alias import is_immutable

_LEAVING = frozenset[str](("exit", "quit"))
"""IPython's own words end the kernel; in a step they are Python's."""


class NotebookHome(Namespace):
    """Values live in the notebook's own namespace, whose dictionary never changes, only its content does.

    For a step everything of the user's is set aside and the dictionary holds what the flow gives the step; functions
    of the notebook, whose globals it is, see the same. A function or class that the notebook has defined with the
    text of today is taken as it lives, so that it is the same for artifacts and for cells; what was not executed yet,
    in a kernel that is fresh, is executed.
    """

    _aside: dict[str, Any] | None = None

    def __init__(
        self,
        program: Program,
        stored_source: Any,
        ledger: Ledger,
        kept: frozenset[str],
        before: NotebookHome | None = None,
    ) -> None:
        super().__init__(program, stored_source)
        self.namespace, self.classes = ledger.namespace, ledger.classes
        self._ledger, self._kept = ledger, kept
        self._held: frozenset[Definition] = frozenset()
        self._prints: dict[str, tuple[object, ...]] = {}  # of what was executed for a step, before its body ran
        self._living: frozenset[Definition] = frozenset()
        self._fresh: list[Definition] = []
        self._own: list[Definition] = []  # those of the body itself
        if before is not None:
            self._shared = before._shared

    def _names(self) -> list[str]:
        """The user's names. A long session has thousands, since IPython keeps each cell as a name: `_i1`, `_i2`."""
        kept = self._kept
        return [name for name in self.namespace if name not in kept and (name[:2] != "__" or name[-2:] != "__")]

    @contextmanager
    def stage(self) -> Iterator[None]:
        """Set all names of the user aside; they are back afterwards, whatever happened, as the very objects."""
        definitions = self.program.graph.prelude.definitions
        self._held = frozenset(one for one in definitions if self._ledger.is_defined(one))
        names = self._names()
        aside = self._aside = dict(zip(names, map(self.namespace.__getitem__, names), strict=True))
        leaving = {name: self.namespace.pop(name) for name in _LEAVING & self._kept & self.namespace.keys()}
        try:
            self.clear()
            yield
        finally:
            self.namespace.update(leaving)
            given = dict(self._given)
            self.namespace.update(aside)  # at one go: an interrupt may come between any two lines
            self._aside = None
            for name in [name for name in self._names() if name not in aside]:
                del self.namespace[name]
            self._adopt([one for one in self._fresh if one not in self._held], given)
            self._keep_own(given)
            self._bound.clear()
            self._given.clear()

    def prepare(self, step: str) -> None:
        super().prepare(step)
        fresh = {name for one in self._fresh for name in one.names}
        self._prints = {name: fingerprint(self._given[name]) for name in fresh & self._given.keys()}

    def clear(self) -> None:
        """Leave what belongs to Python and to the front end."""
        assert self._aside is not None, "a step runs on the stage only"
        for name in self._names():
            del self.namespace[name]
        self._fresh.clear()
        self._own.clear()
        self._forget()

    def bound_names(self) -> dict[str, Any]:
        """What is on the stage now beside the prelude: parameters, inputs and all that the body has bound."""
        given, nothing = self._given, object()
        on_stage = ((name, self.namespace[name]) for name in self._names())
        return {name: value for name, value in on_stage if given.get(name, nothing) is not value}

    def _adopt(self, definitions: Sequence[Definition], space: Mapping[str, Any]) -> None:
        """What was executed for a step is the notebook's from now on, unless the user has put something else there."""
        changed = frozenset().union(*(one.changes for one in definitions)) - self._living_names()
        for definition in definitions:
            if definition.kind == "effect":
                self._adopt_effect(definition, space)
            elif definition.kind == "constant" and not changed.isdisjoint(definition.names):
                pass  # the cell that changes it is still to be executed by the user, who would change it twice
            elif all(self._may_bind(name) for name in definition.names):
                self.namespace.update({name: space[name] for name in definition.names & space.keys()})
                self._ledger.define([definition], self._prints)

    def define_own(self, definition: Definition) -> None:
        super().define_own(definition)
        self._own.append(definition)
        self._prints.update({name: fingerprint(self._given[name]) for name in definition.names})

    def _keep_own(self, given: Mapping[str, Any]) -> None:
        """What a body has defined is bound in the notebook, as after any cell."""
        for definition in self._own:
            self.namespace.update({name: given[name] for name in definition.names})
        self._ledger.define(self._own, self._prints)

    def _adopt_effect(self, effect: Definition, space: Mapping[str, Any]) -> None:
        """What was done to the objects on the stage holds for the notebook where they are its own."""
        if (
            effect.changes
            and not effect.setting
            and all(self.namespace.get(name, self) is space.get(name) for name in effect.changes)
        ):
            self._ledger.define([effect])

    def _living_names(self) -> frozenset[str]:
        return frozenset().union(*(one.names for one in self._living))

    # what ordinary cells have done already

    def _look_from(self, prelude: Prelude) -> None:
        super()._look_from(prelude)
        if self._aside is not None:
            held = {one for one in self._held if _has_identity(one, self._aside)}
            living = find_living(prelude.definitions, held, self._held, self._ledger.effects)
            anew = {name for one in prelude.definitions if one not in living for name in one.names}
            # what registers itself does so again where the registry is made anew
            self._living = frozenset(
                one
                for one in living
                if not one.takes and one.changes.isdisjoint(anew) and not self._holds_any(one, anew)
            )

    def _holds_any(self, definition: Definition, names: Collection[str]) -> bool:
        """Whether it was made with the objects of some names, as defaults are, and these are to be made anew."""
        if definition.kind not in ("function", "class") or definition.reads.isdisjoint(names):
            return False
        aside = self._aside or {}
        used = names_of(definition.source).now.intersection(names, aside)
        return any(not is_immutable(aside[name], self) for name in used)

    def is_ahead_of(self, step: StepSpec) -> bool:
        """Whether the kernel has done settings that stand below the step, which must not see them."""
        return any(
            self._has_set(one) for one in self.program.graph.prelude.definitions
            if one.setting and one.place > step.place
        )  # fmt: skip

    def _has_set(self, setting: Definition) -> bool:
        """Whether the process has done this setting; one that is written twice counts when it was done twice."""
        same = [one for one in self.program.graph.prelude.definitions if one.setting and one.code == setting.code]
        return self._ledger.settings[setting.code] > same.index(setting)

    def _may_bind(self, name: str) -> bool:
        """Whether a name is free, or still what a definition of the notebook bound."""
        return name not in self.namespace or self._ledger.holds(name)

    def _define(self, definition: Definition) -> None:
        if self._aside is not None and (definition in self._living or self._is_done(definition)):
            self.namespace.update(self._shared.get(definition, {}))
            self.namespace.update({name: self._aside[name] for name in definition.names & self._aside.keys()})
        else:
            super()._define(definition)
            self._fresh.append(definition)
            if definition.setting:
                self._ledger.settings[definition.code] += 1

    def _is_done(self, definition: Definition) -> bool:
        return self._has_set(definition) if definition.setting else definition.once and definition in self._held

    def reference(self, value: Any) -> tuple[str, str] | None:
        """As anywhere; while the user's names are there, what nbflow has bound as an artifact is no definition."""
        if self._aside is not None:
            return super().reference(value)
        name = self._name_of(value, self.namespace)
        if name is None or (name in self._ledger.bound and not self._ledger.holds(name)):
            return None
        return name, self._references[name][0]

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

    def define_code_of(self, step: str) -> None:
        """Execute, among the user's names, what the body of a step defines, for a body that does not run here."""
        code = self.program.graph.code_of[step]
        if code:
            self.look_from_below(step)
            self.define(frozenset().union(*(one.names for one in code)))

    def define(self, names: Iterable[str]) -> None:
        """Execute, among the user's names, the definitions they need that the kernel has not executed yet."""
        for definition in self.prelude.closure(names):
            if definition.once or definition.kind == "effect" or self._ledger.is_defined(definition):
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
