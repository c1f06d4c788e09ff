"""Plans a restore, from what is known without loading anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nbflow.checkpoints.ledger import Owned
from nbflow.checkpoints.point import Checkpoint, HeldName, sizes
from nbflow.errors import UnknownName
from nbflow.flow.syntax.definition import Definition
from nbflow.store.pickling.alias import Groups
from nbflow.store.values.artifact_ref import Component, Lost


@dataclass(frozen=True)
class Redefinition:
    """Lists definitions of the checkpoint's prelude to execute: `live` in the namespace, `aside` outside of it.

    `edited` holds names that the user has defined again and that the checkpoint does not need: they stay. `altered`
    holds names whose objects were changed in place since their definition.
    """

    live: tuple[Definition, ...] = ()
    aside: tuple[Definition, ...] = ()
    edited: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()

    @property
    def is_deep(self) -> bool:
        """Return whether something is defined again that values may refer to."""
        return any(definition.kind in ("function", "class", "constant") for definition in self.live)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names that the live definitions bind, sorted."""
        return tuple(sorted({name for definition in self.live for name in definition.names if name != "*"}))


@dataclass(frozen=True)
class RestorePlan:
    """Says what a restore does: `bind` tells which artifact goes to which live name; `kept` names hold theirs already.

    `attached` names contain live handles, which keep their present state; `lost` holds the parts that come back as
    tombstones. `notes` are for the user to read.
    """

    checkpoint: Checkpoint
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    lost: tuple[Lost, ...] = ()
    bind: Mapping[str, str] = field(default_factory=dict)  # name in the checkpoint -> live name
    prelude: Redefinition = Redefinition()
    parameters: Mapping[str, object] = field(default_factory=dict)  # the parameters that are not bound yet
    map_bytes: int = 0
    unpickle_bytes: int = 0
    whole: bool = True  # the whole checkpoint with its random state, not single names
    notes: tuple[str, ...] = ()

    @property
    def loaded(self) -> dict[str, HeldName]:
        """Return what must be loaded, by name in the checkpoint."""
        return {name: self.checkpoint.held[name] for name in self.bind}


def plan_restore(
    owned: Mapping[str, Owned],
    live: Mapping[str, object],
    checkpoint: Checkpoint,
    names: Iterable[str] = (),
    as_name: str | None = None,
    prelude: Redefinition | None = None,
) -> RestorePlan:
    """Return the plan of a restore.

    Args:
        owned: What nbflow bound in the live namespace.
        live: The live namespace; only its names, and the values of parameters, are used.
        checkpoint: The checkpoint to restore.
        names: The names to restore; then nothing is removed. By default the whole checkpoint is restored.
        as_name: The live name for a single restored name.
        prelude: The definitions to execute.

    Raises:
        UnknownName: The checkpoint does not have one of the names.
    """
    prelude = prelude or Redefinition()
    chosen = tuple(names)
    for name in chosen:
        if name not in checkpoint.held:
            raise UnknownName("artifact", name, checkpoint.held)
    wanted = {name: checkpoint.held[name] for name in chosen or checkpoint.held}
    targets = {name: as_name if as_name and len(wanted) == 1 else name for name in wanted}
    kept = _kept(owned, wanted, targets, checkpoint, prelude)
    in_place = [name for name in wanted if targets[name] == name and name not in kept]
    attached = {name for name in in_place if _is_attached(owned, wanted, name)}
    bind = {name: target for name, target in targets.items() if name not in kept}
    strange = {name for name, one in owned.items() if one.ours and name in live} - wanted.keys() - {*prelude.names}
    to_map, to_unpickle = _cost(checkpoint.components, wanted, bind)
    return RestorePlan(
        checkpoint,
        added=tuple(sorted(target for target in bind.values() if target not in live)),
        changed=tuple(sorted(target for target in bind.values() if target in live)),
        removed=() if chosen else tuple(sorted(strange)),
        kept=tuple(sorted(kept)),
        attached=tuple(sorted(attached)),
        lost=tuple(lost for name in bind if name not in attached for lost in wanted[name].artifact.lost),
        bind=bind,
        prelude=prelude,
        parameters={name: value for name, value in checkpoint.parameters.items() if name not in live},
        map_bytes=to_map,
        unpickle_bytes=to_unpickle,
        whole=not chosen,
        notes=(*_notes(owned, bind, attached, wanted, prelude), *_other_parameters(live, checkpoint)),
    )


def _kept(
    owned: Mapping[str, Owned],
    wanted: Mapping[str, HeldName],
    targets: Mapping[str, str],
    checkpoint: Checkpoint,
    prelude: Redefinition,
) -> frozenset[str]:
    """Return the names that hold their artifact already: of names that share objects, all or none.

    If functions or classes are defined again, none is kept, because it would still use the old ones.
    """
    if prelude.is_deep:
        return frozenset()
    same = {name for name in wanted if targets[name] == name and _is_same(owned, wanted, name)}
    groups = joined_components(checkpoint.components)
    loose = {groups.get(one.artifact.component) for name, one in wanted.items() if name not in same}
    return frozenset(name for name in same if groups.get(wanted[name].artifact.component) not in loose)


def _is_same(owned: Mapping[str, Owned], wanted: Mapping[str, HeldName], name: str) -> bool:
    one, artifact = owned.get(name), wanted[name].artifact
    return one is not None and one.intact and one.artifact.digest == artifact.digest and not artifact.lost


def _is_attached(owned: Mapping[str, Owned], wanted: Mapping[str, HeldName], name: str) -> bool:
    """Return whether the live name holds the object that the checkpoint saw, with handles that could not be stored."""
    held, one = wanted[name], owned.get(name)
    same = one is not None and one.task == held.task and one.artifact.digest == held.artifact.digest
    return same and bool(held.artifact.lost)


def joined_components(components: Mapping[str, Component]) -> dict[str, str]:
    """Return the group of each component; components are in one group if one refers to the other."""
    groups = Groups(components)
    for digest, component in components.items():
        for base in component.bases:
            groups.join(digest, base)
    return {digest: groups.find(digest) for digest in components}


def _cost(components: Mapping[str, Component], wanted: Mapping[str, HeldName], bind: Iterable[str]) -> tuple[int, int]:
    parts = [sizes(components[digest]) for digest in {wanted[name].artifact.component for name in bind}]
    return sum(mapped for mapped, _ in parts), sum(unpickled for _, unpickled in parts)


def _notes(
    owned: Mapping[str, Owned],
    bind: Mapping[str, str],
    attached: Iterable[str],
    wanted: Mapping[str, HeldName],
    prelude: Redefinition,
) -> Iterator[str]:
    for name in sorted(attached):
        what = ", ".join(f"{lost.path} ({lost.was})" for lost in wanted[name].artifact.lost)
        yield f"not rewound: {what} is a live handle and stays as it is now"
    for name in bind:
        for lost in () if name in attached else wanted[name].artifact.lost:
            step = wanted[name].address
            fix = f"run the cell of {step} with --cache off to get one"
            yield f"not restored: {lost.path} was a {lost.was} ({lost.reason}); {fix}"
    for name in bind:
        others = owned[name].aliases if name in owned else ()
        if others:
            yield f"{', '.join(others)} keeps the present value of '{name}': it is not part of the checkpoint"
    if prelude.altered:
        yield f"defined again, without later changes: {', '.join(prelude.altered)}"
    if prelude.edited:
        yield f"kept, because you have defined it again since: {', '.join(prelude.edited)}"


def _other_parameters(live: Mapping[str, object], checkpoint: Checkpoint) -> Iterator[str]:
    for name, value in checkpoint.parameters.items():
        if name in live and not (type(live[name]) is type(value) and live[name] == value):
            yield f"parameter {name} was {value!r} in the checkpoint; it keeps its present value"


def describe_plan(plan: RestorePlan) -> Sequence[str]:
    """Return the lines of a dry run: one for each change."""
    held = plan.checkpoint.held
    shown = {target: held[name].artifact.summary.text for name, target in plan.bind.items()}
    parts = [
        *(f"added    {name} = {shown[name]}" for name in plan.added),
        *(f"changed  {name} = {shown[name]}" for name in plan.changed),
        *(f"removed  {name}" for name in plan.removed),
        *([f"kept     {', '.join(plan.kept)}"] if plan.kept else []),
        *([f"defined  {', '.join(plan.prelude.names)}"] if plan.prelude.names else []),
        *plan.notes,
        f"{plan.map_bytes:,} bytes to map, {plan.unpickle_bytes:,} to unpickle",
    ]
    return [f"{plan.checkpoint.address}:", *(f"  {part}" for part in parts)]
