"""Walks through a document for `link` and binds each step to the steps above it."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.files.file_use import Access, FileUse
from nbflow.flow.files.fileorder import FileOrder, uses_of_modules, uses_of_step
from nbflow.flow.graph.ancestry import Ancestry
from nbflow.flow.graph.asking import asked_below, hard_reads, mentions, soft_reads, state_changed
from nbflow.flow.graph.branch_reads import INPUTS, branch_reads
from nbflow.flow.graph.calling import Calling, changing_classes
from nbflow.flow.graph.draft_link import DraftLink, Region
from nbflow.flow.graph.foreach_scopes import ForeachScope, deepest, joined_by, opened_by
from nbflow.flow.graph.writers import NameRead, NameWriter, answered, find_writers
from nbflow.flow.names.strings import ANY
from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.syntax.specs import FlowSource, Guard, StepSpec

SPECIAL = frozenset(
    {"display", "get_ipython", "__IPYTHON__", "current", "self", "__name__", "__file__", "__doc__", "__builtins__"}
)


@dataclass(slots=True)
class Linker:
    """Collects what is linked so far, in document order."""

    flow: FlowSource
    learned: Mapping[str, frozenset[str]]
    guarded: dict[str, list[StepSpec]] = field(default_factory=dict)  # the steps guarded by each name
    leading: dict[str, list[str]] = field(default_factory=dict)  # the steps whose `self.next` leads to each step
    named: dict[str, StepSpec] = field(default_factory=dict)
    order: FileOrder = field(default_factory=FileOrder)
    writers: dict[str, NameWriter] = field(default_factory=dict)
    ancestry: Ancestry = field(default_factory=Ancestry)
    drafts: dict[str, DraftLink] = field(default_factory=dict)
    scopes: dict[str, ForeachScope] = field(default_factory=dict)
    inside: dict[str, dict[str, ForeachScope]] = field(default_factory=dict)  # the steps inside each foreach
    closed: set[ForeachScope] = field(default_factory=set)
    constants: frozenset[str] = field(init=False)
    modules: frozenset[str] = field(init=False)  # names that only imports bind
    asked: Mapping[str, frozenset[str]] = field(init=False)
    calling: Calling = field(init=False)
    held: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)  # the names read by functions in artifacts
    seeded: set[str] = field(default_factory=set)  # the random generators seeded by steps outside every foreach
    touched: dict[str, list[NameWriter]] = field(default_factory=dict)  # the steps above that bind or delete each name

    def __post_init__(self) -> None:
        self.constants = frozenset(parameter.name for parameter in self.flow.parameters)
        self.modules = self.flow.prelude.imported.difference(*(step.names.writes for step in self.flow.steps))
        self.calling = Calling(self.flow, changing_classes(self.flow, self.learned), self.held)
        self.asked = asked_below(self.flow.steps, self.flow)

    def add(self, step: StepSpec, known: DraftLink | None = None) -> None:
        """Link the next step of the document, unless it is `known` how it is linked."""
        draft = known or self._join(step)
        self.calling.note(step, draft.reads, draft.prelude)
        writer = self._writer(step, draft)
        self.writers[step.name] = writer
        for name in draft.writes | draft.ends:
            self.touched.setdefault(name, []).append(writer)
        if draft.region.joined:
            self.closed.add(self.scopes[draft.join or ""])
        self.ancestry.add(step.name, draft.upstream)
        self.drafts[step.name] = draft
        self.scopes[step.name] = draft.region.scope
        for foreach in draft.region.scope:
            self.inside.setdefault(foreach, {})[step.name] = draft.region.scope
        self._note_control(step)
        self.named[step.name] = step
        self.order.add(step.name, draft.files)
        if not draft.region.scope:
            self.seeded |= step.random.seeds

    def keep_first(self, count: int) -> None:
        """Forget the steps below the first `count`, as if they had not been added."""
        gone = [*self.drafts.values()][count:]
        while len(self.named) > count:
            self._forget_last()
        if any(draft.files for draft in gone):
            self.order = FileOrder()
            for name, draft in self.drafts.items():
                self.order.add(name, draft.files)
        else:
            self.order.keep_first(count)
        if any(draft.region.joined for draft in gone):
            joins = (draft.join or "" for draft in self.drafts.values() if draft.region.joined)
            self.closed = {self.scopes[join] for join in joins}
        outside = (step for name, step in self.named.items() if step.random.seeds and not self.scopes[name])
        self.seeded = {name for step in outside for name in step.random.seeds}

    def _forget_last(self) -> None:
        """Undo what the last call of `add` has noted of the step itself."""
        name, step = self.named.popitem()
        draft = self.drafts.pop(name)
        for one in draft.writes | draft.ends:
            _remove_last(self.touched, one)
        for foreach in self.scopes.pop(name):
            del self.inside[foreach][name]
        if step.control.guard is not None:
            _remove_last(self.guarded, step.control.guard.name)
        for target in dict.fromkeys(step.control.next.targets) if step.control.next else ():
            _remove_last(self.leading, target)
        del self.writers[name]
        self.held.pop(name, None)
        self.ancestry.remove_last()

    def is_like(self, other: Linker) -> bool:
        """Return whether all that steps see of the document, apart from other steps, is as it is for another linker."""
        ours = (self.constants, self.modules, self.calling.changing, self.flow.prelude)
        return ours == (other.constants, other.modules, other.calling.changing, other.flow.prelude)

    def is_read_like(self, step: StepSpec, other: Linker) -> bool:
        """Return whether the steps below, and earlier runs, say the same of a step as they do for another linker."""
        if step.options.seed is not None:  # its link depends on who draws below
            return False
        name = step.name
        return self.asked.get(name) == other.asked.get(name) and self.learned.get(name) == other.learned.get(name)

    def _note_control(self, step: StepSpec) -> None:
        if step.control.guard is not None:
            self.guarded.setdefault(step.control.guard.name, []).append(step)
        for target in dict.fromkeys(step.control.next.targets) if step.control.next else ():
            self.leading.setdefault(target, []).append(step.name)

    def _answered(self, step: StepSpec) -> Mapping[str, Guard]:
        return answered(step, self.guarded.get(step.control.guard.name, ()) if step.control.guard else ())

    def _writer(self, step: StepSpec, draft: DraftLink) -> NameWriter:
        """Return the step as a writer for the steps below.

        It may be skipped: with guarded steps that alone write what it must read, and as a join together with its
        foreach.
        """
        always = step.control.guard is None and all(read.always for read in draft.reads if read.required)
        outermost = draft.region.opened[len(draft.region.scope) :][:1]
        if outermost:
            always = always and all(self.writers[name].always for name in outermost if name in self.writers)
        certain = draft.writes - draft.maybe_writes
        answers, scope = tuple(self._answered(step)), draft.region.scope
        return NameWriter(step, draft.writes, certain, always, answers, draft.ends, draft.local, scope)

    def _learned(self, step: StepSpec) -> frozenset[str]:
        return self.learned.get(step.name, frozenset()) - self.constants - self.modules - GENERATORS

    def _draws(self, step: StepSpec) -> frozenset[str]:
        """Return the random generators that a step draws from, as its source shows or as a run has found."""
        return step.random.draws | (self.learned.get(step.name, frozenset()) & GENERATORS) - step.random.seeds

    def _seeded(self, step: StepSpec) -> frozenset[str]:
        """Return the random generators whose state is known at a step, because something above has seeded them."""
        cells = (name for name in GENERATORS for place in self.flow.prelude.places.get(name, ()) if place < step.place)
        return frozenset(self.seeded.union(cells))

    def _handed_on(self, step: StepSpec, draws: frozenset[str]) -> frozenset[str]:
        """Return the random generators whose state a step hands on; after `--seed`, only those that a step below draws
        from.
        """
        by_header = step.random.seeds if step.options.seed is not None else frozenset[str]()
        return (step.random.seeds | draws) - {name for name in by_header if not self._is_drawn_below(name, step)}

    def _read_by_seeding(self, step: StepSpec, draws: frozenset[str]) -> frozenset[str]:
        """Return the names that ordinary cells read when they seed the generators of a step."""
        closure = self.flow.prelude.seen_from(step.place).closure(draws, settings=False) if draws else ()
        return frozenset().union(*(one.wants for one in closure))

    def _is_drawn_below(self, name: str, step: StepSpec) -> bool:
        """Return whether a step below draws from a generator."""
        below = (one for one in self.flow.steps if one.place > step.place or (one is step and step.control.loop))
        return any(name in self._draws(one) for one in below)

    def _state(self, step: StepSpec) -> frozenset[str]:
        """Return the names of the prelude, and artifacts from above, that functions of the prelude change for the steps
        below.
        """
        fixed = self.constants | self.modules | SPECIAL
        return state_changed(step, self.flow, self.touched) - fixed

    def _sharers(self, step: StepSpec, changed: frozenset[str]) -> frozenset[str]:
        """Return the names of the prelude that hold the objects of names that the step may change in place."""
        changed &= self.flow.prelude.names
        return self.flow.prelude.seen_from(step.place).sharers(changed) if changed else changed

    def _passing(self, step: StepSpec) -> frozenset[str]:
        """Return the names that the step binds or may delete in passing and that another step reads or binds."""
        names = step.names.passing | step.names.maybe_ends | (step.names.ends & self.constants)
        if step.metaflow or not names:
            return frozenset()
        ours = {name for name, origin in step.names.imports if self.flow.prelude.origins.get(name) == origin}
        asked = self.asked.get(step.name, frozenset()) - {name for name in ours if name not in self.touched}
        names -= SPECIAL
        known = (name for name in names if not name.startswith("_") or name in self.flow.prelude.names)
        return frozenset(name for name in known if name in asked or name in self.touched or name == step.control.loop)

    def _join(self, step: StepSpec) -> DraftLink:
        passing, learned, state = self._passing(step), self._learned(step), self._state(step) - step.names.writes
        seeded = self._seeded(step)
        draws = self._draws(step) & seeded
        random = self._handed_on(step, draws)
        writes = step.names.writes | learned | state | (passing - self.constants) | random
        # Earlier runs found the step to change `learned`. A later task need not change them again, so reads of these
        # names also go on to the steps above.
        maybe = step.names.maybe_writes | (learned - step.names.writes) | (state - self.flow.prelude.names)
        maybe |= writes & (step.names.maybe_passing | step.names.maybe_ends)
        hard, soft = hard_reads(step), self._soft(step, writes, state) | draws
        soft, found = self._all_reads(step, hard, soft, learned)
        reads = tuple(read for read in found if read.writers)
        join = step.control.join or self._metaflow_join(step)
        branches = () if join else self._branches(step)
        region = self._region(step, join, [*branches, *(writer for read in reads for writer in read.writers)])
        if region.scope or region.joined:
            soft, found = self._all_reads(step, hard, soft, learned, region)
            reads = tuple(read for read in found if read.writers)
        prelude = (soft if ANY in soft else mentions(step) | draws) & self.flow.prelude.names
        prelude |= self._sharers(step, (step.names.writes & (step.names.mutates | hard | soft)) | learned | state)
        prelude |= self.calling.classes(reads, region.joined)
        uses = self._files(step, reads, prelude)
        files = tuple(use for use in uses if use.access is not Access.IMPORT)
        upstream = self._upstream(step, reads, (*region.joined, *branches))
        upstream = self._with_file_order(upstream, files)
        files = self.order.without_wrong_guesses(files)
        return DraftLink(
            reads=reads,
            parameters=self.constants & (hard | soft | self._read_by_seeding(step, draws)),
            prelude=prelude,
            upstream=upstream,
            region=region,
            rank=1 + max((self.drafts[name].rank for name in upstream), default=-1),
            writes=writes,
            maybe_writes=maybe,
            passing=passing | state,
            local=(state & self.flow.prelude.names) | random if region.scope else frozenset(),
            ends=step.names.ends | writes & step.names.maybe_ends,
            ended=tuple((read.name, read.ended) for read in found if read.ended),
            join=join,
            branches=branches,
            answers=tuple(self._answered(step).values()),
            unknown=self._unknown(step, hard, found) - ({INPUTS} if join or branches else set()),
            carried=learned - hard - soft - self.flow.prelude.names,
            seeded=seeded,
            draws=draws,
            files=files,
            modules=tuple(use for use in uses if use.access is Access.IMPORT),
        )

    def _soft(self, step: StepSpec, writes: frozenset[str], state: frozenset[str]) -> frozenset[str]:
        """Return the names that the step reads if they exist. It hands on a name that it may delete, and one that its
        functions may assign or leave as it is, so it reads these too.
        """
        soft = soft_reads(step, self.flow) | state | writes & step.names.maybe_ends
        return soft | self._everything() if ANY in soft else soft

    def _everything(self) -> frozenset[str]:
        """Return every name that a look-up by a computed key may find, except those with a value per item."""
        scopes = self.scopes
        artifacts = (writer.writes for name, writer in self.writers.items() if not scopes[name])
        return self.constants.union(self.flow.prelude.names, *artifacts)

    def _all_reads(
        self,
        step: StepSpec,
        hard: frozenset[str],
        soft: frozenset[str],
        learned: frozenset[str],
        region: Region | None = None,
    ) -> tuple[frozenset[str], tuple[NameRead, ...]]:
        """Return the names that the step may read, also through the functions that it may call, and all its reads."""
        region = region or Region()
        while True:
            found = self._reads(step, hard, (soft | learned) - hard, region.scope)
            called = (read for read in found if read.name in hard | soft)
            asked = self.calling.asked(called, region.joined)
            asked = frozenset(name for name in asked if name in self.touched or name in self.constants)
            if asked <= soft | hard:
                return soft, found
            soft |= asked

    def _reads(
        self, step: StepSpec, hard: frozenset[str], soft: frozenset[str], scope: ForeachScope = ()
    ) -> tuple[NameRead, ...]:
        names = sorted((hard | soft) - self.constants)
        return tuple(find_writers(name, self._above(name, step, scope), required=name in hard) for name in names)

    def _above(self, name: str, step: StepSpec, scope: ForeachScope) -> Iterator[NameWriter]:
        """Yield the steps that may have bound a name, nearest first, for the same item and below the cell that defines
        it.
        """
        defined = [place for place in self.flow.prelude.places.get(name, ()) if place < step.place]
        for one in reversed(self.touched.get(name, ())):
            if defined and one.step.place.cell < defined[-1].cell:
                return
            if name not in one.local or one.scope == scope[: len(one.scope)]:
                yield one

    def _upstream(self, step: StepSpec, reads: Sequence[NameRead], others: Sequence[str]) -> tuple[str, ...]:
        found = {*step.control.after, *others, *(writer for read in reads for writer in read.writers)}
        return self._in_order(found)

    def _in_order(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the steps above among these names, in document order."""
        places = self.ancestry.places
        return tuple(sorted((name for name in names if name in places), key=places.__getitem__))

    def _files(self, step: StepSpec, reads: Sequence[NameRead], prelude: frozenset[str]) -> tuple[FileUse, ...]:
        writers = {read.name: [self.named[name] for name in read.writers] for read in reads}
        closure = self.flow.prelude.seen_from(step.place).closure(prelude, settings=False)
        uses = uses_of_step(step, closure, self.constants, writers, guess=self.order.has_changes)
        modules = step.source.modules.union(*(one.modules for one in closure)) if self.order.has_modules else ()
        return (*uses, *uses_of_modules(modules))

    def _with_file_order(self, upstream: tuple[str, ...], files: Sequence[FileUse]) -> tuple[str, ...]:
        """Add the steps above that must be over because of files, unless the step waits for them already."""
        before = [name for name in self.order.before(files) if name not in upstream]
        found, waited = set(upstream), self._all_above(upstream) if before else 0
        for name in before:
            if not waited >> self.ancestry.places[name] & 1:
                found.add(name)
                waited |= self._all_above([name])
        return self._in_order(found) if before else upstream

    def _all_above(self, names: Sequence[str]) -> int:
        """Return these steps and all above them, as a set of `ancestry`."""
        return functools.reduce(operator.or_, map(self.ancestry.above, names), self.ancestry.set_of(names))

    def _metaflow_join(self, step: StepSpec) -> str | None:
        """Return the foreach step that a Metaflow-mode step joins: it uses `inputs`, and `self.next` in a foreach leads
        to it.
        """
        if not step.metaflow or INPUTS not in step.names.mentions:
            return None
        return next((name for name in self.leading.get(step.name, ()) if self.scopes[name]), None)

    def _branches(self, step: StepSpec) -> tuple[str, ...]:
        if INPUTS not in step.names.mentions:
            return ()
        led = self.leading.get(step.name, ()) if step.metaflow else ()
        return self._in_order({*branch_reads(step), *led})

    def _region(self, step: StepSpec, join: str | None, sources: Sequence[str]) -> Region:
        scopes = self.scopes
        closing = scopes.get(join or "", ())
        if closing:
            inside = self.inside[closing[-1]]
            opened = opened_by(closing, inside, self.closed)
            return Region(closing[:-1], opened, joined_by(closing, opened, inside))
        led = self.leading.get(step.name, ()) if step.metaflow else ()
        scope = deepest(scopes[name] for name in (*sources, *led))
        return Region((*scope, step.name) if step.control.foreach else scope)

    def _unknown(self, step: StepSpec, hard: frozenset[str], reads: Sequence[NameRead]) -> frozenset[str]:
        """Return the names that nothing above provides. In a Metaflow-mode cell a plain name is never an artifact."""
        ended = frozenset(read.name for read in reads if read.ended and read.name in hard) - BUILTINS - SPECIAL
        if self.flow.prelude.has_star:
            return ended  # a star import may bind any name
        artifacts = hard - {read.name for read in reads if read.writers}
        unknown = (artifacts | step.names.mentions) if step.metaflow else artifacts
        return unknown - self.constants - self.flow.prelude.names - BUILTINS - SPECIAL | ended


def _remove_last(lists: dict[str, list[Any]], key: str) -> None:
    """Remove the last entry of a list; there is no empty list."""
    lists[key].pop()
    if not lists[key]:
        del lists[key]
