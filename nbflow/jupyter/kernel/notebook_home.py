"""Lets a step run alone in the notebook's live namespace: the user's names are set aside and restored afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from nbflow.checkpoints.as_defined import AsDefined
from nbflow.checkpoints.ledger import Ledger
from nbflow.flow.names.code import names_of
from nbflow.flow.syntax.definition import Definition, Prelude
from nbflow.flow.syntax.specs import StepSpec
from nbflow.jupyter.kernel.living import find_living
from nbflow.run.program.program import Program
from nbflow.run.task.definition_state import ChangedDefinition
from nbflow.run.task.namespace import Namespace
from nbflow.store.pickling.alias import is_immutable
from nbflow.store.pickling.home import SENTINELS

_LEAVING = frozenset[str](("exit", "quit"))
"""IPython's versions of these functions end the kernel; in a step they are Python's own."""


class NotebookHome(Namespace):
    """Manages the notebook's own namespace: its dictionary stays the same object, only its content changes.

    For a step all names of the user are set aside, and the dictionary holds what the flow gives the step. Functions of
    the notebook see the same, because the dictionary is their globals. A function or class that the notebook has
    defined with its present text is not executed again, so that artifacts and cells share the same object; a definition
    that this kernel has not executed yet is executed.
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
        self._looks: dict[str, AsDefined] = {}  # how the definitions of a step were before its body ran
        self._living: frozenset[Definition] = frozenset()
        self._fresh: list[Definition] = []
        self._own: list[Definition] = []  # definitions of the body itself
        self._binders: dict[str, Definition] = {}  # what has bound each name last
        self._altered: frozenset[Definition] = frozenset()  # functions and classes whose attributes must be put back
        self._put_back: dict[str, ChangedDefinition] = {}  # what functions and classes of the user held before the task
        self.changed: frozenset[str] = frozenset()  # names that the task has changed
        if before is not None:
            self._shared = before._shared

    def _names(self) -> list[str]:
        """Return the user's names. A long session has thousands: IPython keeps each cell as a name, `_i1`, `_i2`."""
        kept = self._kept
        return [
            name
            for name in self.namespace
            if type(name) is str and name not in kept and (name[:2] != "__" or name[-2:] != "__")
        ]

    @contextmanager
    def stage(self) -> Iterator[None]:
        """Set all names of the user aside during the block; afterwards each is bound to the same object again."""
        definitions = self.program.graph.prelude.definitions
        intact = frozenset(one for one in definitions if self._ledger.is_defined(one))
        self._altered = frozenset(one for one in definitions if one not in intact and self._ledger.can_put_back(one))
        self._held = intact | self._altered
        names = self._names()
        aside = self._aside = dict(zip(names, map(self.namespace.__getitem__, names), strict=True))
        leaving = {name: self.namespace.pop(name) for name in _LEAVING & self._kept & self.namespace.keys()}
        try:
            self.clear()
            yield
        finally:
            self.namespace.update(leaving)
            given = dict(self._given)
            self.namespace.update(aside)  # in one call: an interrupt may come between any two lines
            self._aside = None
            self._give_back_attributes()
            for name in [name for name in self._names() if name not in aside]:
                del self.namespace[name]
            self._adopt([*self._to_adopt()], given)
            self._keep_own(given)
            self._bound.clear()
            self._given.clear()

    def _give_back_attributes(self) -> None:
        """Let functions and classes hold again what they held before the task, except for those that it has changed."""
        for name, before in self._put_back.items():
            if name not in self.changed:
                before.apply()
        self._put_back.clear()
        self.changed = frozenset()

    def prepare(self, step: str) -> None:
        """Define what a step needs, and remember how the new values look, and what they may have registered at."""
        super().prepare(step)
        fresh = {name for one in self._fresh for name in one.names | one.reads}
        self._looks = {name: AsDefined(self._given[name]) for name in fresh & self._given.keys()}

    def clear(self) -> None:
        """Remove all names except those of Python and of the front end."""
        assert self._aside is not None, "a step runs on the stage only"
        for name in self._names():
            del self.namespace[name]
        self._fresh.clear()
        self._own.clear()
        self._binders.clear()
        self._forget()

    def bound_names(self) -> dict[str, Any]:
        """Return the names on the stage without the prelude: parameters, inputs and all that the body has bound."""
        given, nothing = self._given, object()
        on_stage = ((name, self.namespace[name]) for name in self._names())
        return {name: value for name, value in on_stage if given.get(name, nothing) is not value}

    def _to_adopt(self) -> Iterator[Definition]:
        """Yield the definitions that the kernel lacked, and code that was executed again for what it is made of."""
        changed = frozenset().union(*(one.changes for one in self.program.graph.prelude.definitions))
        for one in self._fresh:
            if one not in self._held or (one.is_code and changed.isdisjoint(one.names)):
                yield one

    def _adopt(self, definitions: Sequence[Definition], space: Mapping[str, Any]) -> None:
        """Give the notebook the definitions executed for a step, unless the user has bound their names otherwise."""
        changed = frozenset().union(*(one.changes for one in definitions)) - self._living_names()
        for definition in definitions:
            if definition.kind == "effect":
                self._adopt_effect(definition, space)
            elif definition.kind == "constant" and not changed.isdisjoint(definition.names):
                pass  # the user has yet to execute the cell that changes it, and would change it twice
            elif all(self._may_bind(name) for name in definition.names):
                hidden = frozenset(name for name in definition.names if self._binders.get(name) is not definition)
                self.namespace.update({name: space[name] for name in (definition.names - hidden) & space.keys()})
                self._ledger.define([definition], self._looks, hidden)

    def define_own(self, definition: Definition) -> None:
        """Note a definition that the body itself has executed."""
        super().define_own(definition)
        self._own.append(definition)
        self._binders.update(dict.fromkeys(definition.names, definition))
        self._looks.update({name: AsDefined(self._given[name]) for name in definition.names})

    def _keep_own(self, given: Mapping[str, Any]) -> None:
        """Bind the definitions of a body in the notebook, as any cell does."""
        for definition in self._own:
            self.namespace.update({name: given[name] for name in definition.names})
        self._ledger.define(self._own, self._looks)

    def _adopt_effect(self, effect: Definition, space: Mapping[str, Any]) -> None:
        """Note that an effect was executed, if it changed the notebook's own objects."""
        if (
            effect.changes
            and not effect.setting
            and all(self.namespace.get(name, self) is space.get(name) for name in effect.changes)
        ):
            self._ledger.define([effect])

    def _living_names(self) -> frozenset[str]:
        return frozenset().union(*(one.names for one in self._living))

    # definitions that ordinary cells have executed

    def _look_from(self, prelude: Prelude) -> None:
        super()._look_from(prelude)
        if self._aside is not None:
            held = {one for one in self._held if _has_identity(one, self._aside)}
            living = find_living(prelude.definitions, held, self._held, self._ledger.effects)
            anew = {name for one in prelude.definitions if one not in living for name in one.names}
            # a definition that registers itself must do so again if the registry is made again
            self._living = frozenset(
                one
                for one in living
                if not one.takes and one.changes.isdisjoint(anew) and not self._holds_any(one, anew)
            )

    def _holds_any(self, definition: Definition, names: Collection[str]) -> bool:
        """Tell whether a definition holds objects of these names, for example as defaults, which are made again."""
        if definition.kind not in ("function", "class") or definition.reads.isdisjoint(names):
            return False
        aside = self._aside or {}
        used = names_of(definition.source).now.intersection(names, aside)
        return any(not is_immutable(aside[name], self) for name in used)

    def is_ahead_of(self, step: StepSpec) -> bool:
        """Tell whether the kernel has executed settings from below the step, which the step must not see."""
        return any(
            self._has_set(one) for one in self.program.graph.prelude.definitions
            if one.setting and one.place > step.place
        )  # fmt: skip

    def _has_set(self, setting: Definition) -> bool:
        """Tell whether the process has executed this setting; a setting that is written twice must have run twice."""
        same = [one for one in self.program.graph.prelude.definitions if one.setting and one.code == setting.code]
        return self._ledger.settings[setting.code] > same.index(setting)

    def _may_bind(self, name: str) -> bool:
        """Tell whether a name is free, or still has the value that a definition of the notebook bound."""
        return name not in self.namespace or self._ledger.holds(name)

    def _define(self, definition: Definition) -> None:
        self._binders.update(dict.fromkeys(definition.names, definition))
        if self._aside is not None and (definition in self._living or self._is_done(definition)):
            self.namespace.update(self._shared.get(definition, {}))
            self._put_attributes_back(definition)
            self.namespace.update({name: self._aside[name] for name in definition.names & self._aside.keys()})
        else:
            super()._define(definition)
            self._fresh.append(definition)
            if definition.setting:
                self._ledger.settings[definition.code] += 1

    def _put_attributes_back(self, definition: Definition) -> None:
        for name in definition.names if definition in self._altered else ():
            self._put_back[name] = self._ledger.defined[name].looks.put_back()

    def _is_done(self, definition: Definition) -> bool:
        return self._has_set(definition) if definition.setting else definition.once and definition in self._held

    def reference(self, value: Any) -> tuple[str, str] | None:
        """Return the name of a definition; while the user's names are in place, artifacts are not definitions."""
        if self._aside is not None:
            return super().reference(value)
        name = self._name_of(value, self.namespace)
        if name is None or (name in self._ledger.bound and not self._ledger.holds(name)):
            return None
        return name, self._references[name][0]

    def resolve(self, name: str, digest: str) -> Any:
        """Return a definition; while the user's names are in place, only values that the notebook has bound count."""
        if self._aside is not None or self._references.get(name, ("",))[0] != digest:
            return super().resolve(name, digest)
        self.define([name])
        if self._ledger.holds(name):
            return self.namespace[name]
        return self._earlier.resolve(name, digest)

    def define_code_of(self, step: str) -> None:
        """Execute the definitions of a step's body among the user's names, when the body itself does not run here."""
        code = self.program.graph.code_of[step]
        if code:
            self.look_from_below(step)
            self.define(frozenset().union(*(one.names for one in code)))

    def define(self, names: Iterable[str]) -> None:
        """Execute, among the user's names, the definitions that these names need and that were not executed yet."""
        for definition in self.prelude.closure(names):
            if definition.once or definition.kind == "effect" or self._ledger.is_defined(definition):
                continue
            if self._ledger.can_put_back(definition):  # the user's own changes of it stay
                continue
            if all(self._may_bind(name) for name in definition.names):
                exec(self._compiled(definition), self.namespace)
                self._ledger.define([definition])


def _has_identity(definition: Definition, space: Mapping[str, Any]) -> bool:
    """Tell whether a second execution would make a different object: a class or a sentinel does, `5` does not.

    Modules are imported again, which costs nothing and finds edited ones. Constants are executed again, because cells
    may have changed them.
    """
    if definition.kind == "import":
        return False
    if definition.kind in ("function", "class", "shared"):
        return True
    return any(isinstance(space.get(name), type) or type(space.get(name)) in SENTINELS for name in definition.names)
