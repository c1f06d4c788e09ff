"""Records which names of the live namespace nbflow bound to which artifact, and which definitions were executed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

from nbflow.checkpoints.as_defined import AsDefined
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.names.code import names_of
from nbflow.flow.syntax.definition import Definition
from nbflow.run.task.definition_state import is_code
from nbflow.store.values.artifact_ref import ArtifactRef

_ABSENT: Any = object()
_Snapshot = tuple[Mapping[str, "BoundArtifact"], Mapping[str, "BoundDefinition"], frozenset[str], tuple["Done", ...]]


@dataclass(frozen=True, slots=True)
class Owned:
    """Describes a name that still holds the value of its artifact; `intact` if nobody has changed the value since."""

    artifact: ArtifactRef
    task: int  # row of the task that made the artifact
    intact: bool = False
    ours: bool = True  # nbflow bound it; else a checkpoint by hand stored it
    aliases: tuple[str, ...] = ()  # other live names of the same object, which nbflow does not own


@dataclass(frozen=True, slots=True)
class BoundArtifact:
    """Holds what a name was bound to when its artifact was stored; `ours` unless the user had bound it."""

    value: object
    artifact: ArtifactRef
    task: int
    ours: bool = True


@dataclass(frozen=True, slots=True)
class BoundDefinition:
    """Holds what a definition of the notebook bound to one of its names."""

    value: object
    code: str  # Definition.code
    looks: AsDefined
    reads: frozenset[str] = frozenset()  # names that the definition mentions
    uses: Mapping[str, object] = field(default_factory=dict)  # functions and classes that it holds, such as bases


def _no_classes() -> MutableMapping[str, type]:
    return WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class Done:
    """Names an effect that was executed: the code of its definition, and the names whose objects it changed."""

    code: str
    changes: frozenset[str]


@dataclass(eq=False)
class Ledger:
    """Records what nbflow and the definitions of the notebook bound in the namespace of a live session.

    Call `define` after a cell with definitions ran, `own` after nbflow bound artifacts, and `prune` after every cell,
    so that objects which the user deletes are not kept alive. Only `rebind` changes the namespace.
    """

    namespace: dict[str, Any]
    bound: dict[str, BoundArtifact] = field(default_factory=dict)
    defined: dict[str, BoundDefinition] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)  # codes of the `%%shared` cells that ran
    effects: tuple[Done, ...] = ()  # effects on the objects that the names hold, in order
    settings: Counter[str] = field(default_factory=Counter)  # code -> how often it was executed
    classes: MutableMapping[str, type] = field(default_factory=_no_classes)  # kept for the codec
    undos: list[Any] = field(default_factory=list)  # of type `restore.Undo`, the newest last
    undone: dict[str, Any] = field(default_factory=dict)  # the values that the last undo removed

    def own(self, task: int, artifacts: Iterable[ArtifactRef], ours: bool = True) -> None:
        """Note that the names of these artifacts were bound just now, or without `ours` that they were only stored.

        `task` is the row of the task that made the artifacts.
        """
        for artifact in artifacts:
            if artifact.name in self.namespace:
                self.bound[artifact.name] = BoundArtifact(self.namespace[artifact.name], artifact, task, ours)
                if ours and not self.holds(artifact.name):
                    self.defined.pop(artifact.name, None)

    def rebind(self, loaded: Iterable[tuple[ArtifactRef, object]]) -> None:
        """Bind names that still hold these artifacts to values that were loaded again and share objects with others."""
        for artifact, value in loaded:
            one = self.bound.get(artifact.name)
            if one and one.artifact.digest == artifact.digest and self.namespace.get(artifact.name) is one.value:
                self.namespace[artifact.name] = value
                self.bound[artifact.name] = replace(one, value=value)

    def follow(self, before: Mapping[str, object]) -> None:
        """Bind the user's other names of objects that these names held to what the names hold now."""
        anew = {id(old): self.namespace[name] for name, old in before.items() if name in self.namespace}
        for name, value in [*self.namespace.items()] if anew else ():
            if name not in self.bound and anew.get(id(value), value) is not value:
                self.namespace[name] = anew[id(value)]

    def disown(self, names: Iterable[str]) -> None:
        """Forget that nbflow bound these names."""
        for name in names:
            self.bound.pop(name, None)

    def define(
        self,
        definitions: Iterable[Definition],
        looks: Mapping[str, AsDefined] | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        """Note that these definitions were executed in the namespace just now.

        `looks` tells by name how values were right after the definitions were executed, if they may be changed by now.
        `hidden` are names that hold what later definitions have made.
        """
        for definition in definitions:
            if definition.kind == "shared":
                self.shared.add(definition.code)
            if definition.setting:
                self.settings[definition.code] += 1
            names = definition.names - hidden
            self.effects = tuple(one for one in self.effects if one.changes.isdisjoint(names))
            if definition.changes:
                self.effects = (*self.effects, Done(definition.code, definition.changes))
            now = names_of(definition.source).now if definition.is_code else frozenset[str]()
            uses = {name: self.namespace[name] for name in now & self.namespace.keys() if is_code(self.namespace[name])}
            for name in names & self.namespace.keys():
                value = self.namespace[name]
                as_defined = (looks or {}).get(name) or AsDefined(value)
                self.defined[name] = BoundDefinition(value, definition.code, as_defined, definition.reads, uses)
            self._accept(now if definition.kind == "function" else definition.reads, looks or {})

    def _accept(self, names: Iterable[str], looks: Mapping[str, AsDefined]) -> None:
        """Accept what executing a definition did to other definitions, such as adding to a registry."""
        agenda, seen = list(names), set[str]()
        while agenda:
            name = agenda.pop()
            if name not in seen and self.holds(name):
                one = self.defined[name]
                self.defined[name] = replace(one, looks=looks.get(name) or AsDefined(one.value))
                agenda.extend(one.reads)
            seen.add(name)

    def prune(self) -> None:
        """Forget the names that the user has bound again or deleted: they belong to the user now."""
        get = self.namespace.get
        for name in [name for name, one in self.bound.items() if get(name, _ABSENT) is not one.value]:
            del self.bound[name]
        for name in [name for name, one in self.defined.items() if get(name, _ABSENT) is not one.value]:
            del self.defined[name]

    def holds(self, name: str) -> bool:
        """Return whether the name holds what a definition of the notebook bound to it, changed in place or not."""
        return name in self.defined and self.namespace.get(name, _ABSENT) is self.defined[name].value

    def is_defined(self, definition: Definition) -> bool:
        """Return whether the namespace holds exactly what this definition makes."""
        if definition.kind == "shared":
            return definition.code in self.shared
        if definition.setting and not definition.is_code:
            return definition.code in self.settings
        if definition.changes and not any(one.code == definition.code for one in self.effects):
            return False
        return all(
            self._made(name, definition) and self.defined[name].looks.is_unchanged
            for name in definition.names - GENERATORS
        )

    def can_put_back(self, definition: Definition) -> bool:
        """Return whether the attributes of the function or class that this definition has made can be put back."""
        return definition.is_code and all(
            self._made(name, definition) and self.defined[name].looks.can_be_put_back for name in definition.names
        )

    def _made(self, name: str, definition: Definition) -> bool:
        """Return whether a name holds what this definition would make, changed in place or not."""
        one, get = self.defined.get(name), self.namespace.get
        is_own = one is not None and one.code == definition.code and get(name, _ABSENT) is one.value
        return is_own and all(get(used, _ABSENT) is value for used, value in one.uses.items())  # type: ignore[union-attr]

    def snapshot(self) -> _Snapshot:
        """Return the state of the ledger, for `rewind`."""
        return dict(self.bound), dict(self.defined), frozenset(self.shared), self.effects

    def rewind(self, before: _Snapshot) -> None:
        """Restore a state that `snapshot` has returned."""
        bound, defined, shared, self.effects = before
        self.bound, self.defined, self.shared = dict(bound), dict(defined), set(shared)
