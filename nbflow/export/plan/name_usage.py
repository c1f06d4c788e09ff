"""Decides what every step takes in and what it passes on."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property

from nbflow.export.hoisting import imports_inside
from nbflow.export.plan.join_inputs_plan import InputsUse, branch_name_reads, branches_as_values, read_use
from nbflow.export.plan.naming import NameSupply
from nbflow.export.plan.seeding import read_by_calls_of_seeding, read_by_seeding
from nbflow.export.plan.value_versions import Versions
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.graph.graph import Binding, Graph, Link
from nbflow.flow.names.code import names_of, parse
from nbflow.flow.names.holding import Holding
from nbflow.flow.names.scope import imported_names
from nbflow.flow.names.strings import held_inside
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.specs import StepSpec
from nbflow.notebook.init.lasting import CONNECTION, FILE, GENERATOR, Lasting


@dataclass(frozen=True, slots=True)
class Load:
    """Stands for `name = self.attribute`. `writers` are possible sources, nearest first; a parameter has none."""

    name: str
    attributes: tuple[str, ...]
    writers: tuple[str, ...] = ()
    sure: bool = True


@dataclass(frozen=True, slots=True)
class AttributeStore:
    """Stands for `self.attribute = name`; the body may also have left the name unbound.

    With `apart`, the attribute is a copy, which stays as the step has made it whatever later steps change.
    """

    name: str
    attribute: str
    sure: bool = True
    apart: bool = False


@dataclass
class Usage:
    """Knows which step reads what from which.

    An artifact that no step reads, not even its own, is a result and is kept. If a step would keep nothing, it keeps
    everything. Results that cannot be stored, such as open files, are left out.
    """

    graph: Graph
    names: NameSupply
    versions: Versions
    all_artifacts: bool = False
    native: frozenset[str] = frozenset()  # steps to which FlowSpec gives the `inputs.STEP` that they ask for
    uses: Mapping[str, InputsUse] = field(init=False)
    _needed: dict[str, set[str]] = field(init=False)
    _apart: dict[tuple[str, str], str] = field(init=False)  # (step, name) -> attribute for `inputs.STEP.name`

    def __post_init__(self) -> None:
        links = self.graph.links
        self.uses = {
            name: read_use(step, self.graph)
            for name, step in self.graph.steps.items()
            if links[name].joined or links[name].branches
        }
        self._needed = {name: set() for name in links}
        self._apart = {}
        for name in links:
            self._note(name)

    def _note(self, name: str) -> None:
        step, linked = self.graph.steps[name], self.graph.links[name]
        for binding in linked.bindings:
            for writer in binding.writers:
                self._needed[writer].add(binding.name)
        for above in linked.joined:
            self._needed[above] |= self.uses[name].of(self.graph.links[above].writes)
        if linked.joined and (self.uses[name].facts or self.uses[name].fails):
            opener = self.graph.steps[linked.opened[-1]]
            self._needed[opener.name] |= {opener.control.foreach.var} if opener.control.foreach else set()
        for above, names in self._of_branches(step).items():
            if name in self.native:
                self._needed[above] |= names
                continue
            for one in sorted(names):
                self._apart.setdefault((above, one), self.names.fresh(f"{above}_{one}"))
        if step.control.loop:
            self._needed[name] |= {step.control.loop} | (
                linked.writes & (step.names.reads | step.names.maybe_reads | linked.draws)
            )

    def loads(self, step: StepSpec) -> tuple[Load, ...]:
        """Return artifacts and parameters that the body or a function it uses reads, without those of its header."""
        linked = self.graph.links[step.name]
        own = {step.control.foreach.var} if step.control.foreach else set()
        wanted = step.names.reads | step.names.maybe_reads | self._learned(step) | self.shared(step) | linked.draws
        bound = [
            Load(b.name, self.versions.read(step.name, b.name), b.writers, self._is_there(b))
            for b in linked.bindings
            if b.name in wanted - own and not self._import_of(b)
        ]
        asked = wanted | step.names.mentions | read_by_seeding(self.graph, step)
        given = [Load(name, (name,)) for name in linked.parameters & asked]
        if step.control.loop:  # from its second turn on, it reads what it has left itself
            found = linked.draws - {load.name for load in bound}
            bound += [Load(name, (self.versions.written(step.name, name),), sure=False) for name in found]
        order = mention_order(step)
        return tuple(sorted((*given, *bound), key=lambda load: (order.get(load.name, 1 << 30), load.name)))

    def _learned(self, step: StepSpec) -> frozenset[str]:
        """Return the artifacts that runs found a step to change by another name, such as the class of its objects."""
        learned = self.graph.learned.get(step.name, frozenset()) & self.graph.links[step.name].writes
        return learned - self.graph.prelude.names - GENERATORS

    def imports(self, step: StepSpec) -> tuple[str, ...]:
        """Return imports of earlier steps and of ordinary cells whose names the body reads.

        A method repeats those of earlier steps, since modules are not stored.
        """
        wanted = step.names.reads | step.names.maybe_reads | self.shared(step)
        found = (self._import_of(binding) for binding in self.graph.links[step.name].bindings if binding.name in wanted)
        free = names_of(parse(step.source.body)).free
        own = (text for one in self._inside for text in _reduced(parse(one.source).body, free))
        return (*own, *(statement for statement in found if statement))

    @cached_property
    def _inside(self) -> tuple[Definition, ...]:
        return imports_inside(self.graph)

    def _import_of(self, binding: Binding) -> str:
        """Return the import statement if nothing else binds the name above; else ""."""
        origins = {dict(self.graph.steps[writer].names.imports).get(binding.name, "") for writer in binding.writers}
        if len(origins) != 1 or "" in origins:
            return ""
        return next(_imports_of(self.graph.steps[binding.writers[0]], binding.name), "")

    def _is_there(self, binding: Binding) -> bool:
        """Tell whether a name is bound when the step runs: a step is left out if what it must read is missing."""
        if binding.sure or binding.always or not binding.required:
            return binding.sure
        return all(binding.name not in self.graph.links[writer].maybe_writes for writer in binding.writers)

    def shared(self, step: StepSpec) -> frozenset[str]:
        """Return artifacts and parameters that functions of the prelude, or strings, look up as module names."""
        linked = self.graph.links[step.name]
        closure = self.graph.prelude_of(step.name).closure(linked.prelude & step.names.mentions)
        reads = frozenset().union(*(definition.wants for definition in closure))
        reads |= held_inside(parse(step.source.body).body) & (step.names.reads | step.names.maybe_reads)
        reads |= read_by_calls_of_seeding(self.graph, step) | self._asked_by_artifacts
        return reads & (linked.parameters | linked.writes | {one.name for one in linked.bindings}) - GENERATORS

    @cached_property
    def _asked_by_artifacts(self) -> frozenset[str]:
        """Return what functions at the top look up if artifacts may hold such functions.

        Any step may then call them.
        """
        graph = self.graph
        if not any(
            self._may_hold(holding, graph.links[s.name]) for s in graph.steps.values() for holding in s.names.holds
        ):
            return frozenset()
        return frozenset().union(*(one.wants for one in graph.prelude.definitions if one.is_code))

    def _may_hold(self, holding: Holding, linked: Link) -> bool:
        prelude = self.graph.prelude
        made = any(map(prelude.is_code, holding.mentions)) or any(map(prelude.may_make_functions, holding.calls))
        return holding.name in linked.writes and (bool(holding.free) or made)

    def kept(self, step: StepSpec) -> tuple[str, ...]:
        """Return the artifacts that a step passes on, in the order in which its body binds them."""
        writes, needed = self.graph.links[step.name].writes - GENERATORS, self._needed[step.name]
        needed = needed | (writes - _looked_at(step))
        is_result = not needed & writes and not any(above == step.name for above, _ in self._apart)
        chosen = writes if self.all_artifacts or is_result else writes & needed
        chosen -= self._unstorable(step) - self._needed[step.name]
        chosen -= {name for name, _ in step.names.imports}
        order = mention_order(step)
        return tuple(sorted(chosen, key=lambda name: (order.get(name, -1), name)))

    def _unstorable(self, step: StepSpec) -> frozenset[str]:
        """Return the names whose values neither engine can store; nbflow stores some of the others, such as locks."""
        bound = self._lasting.bound(parse(step.source.body).body, {})
        return frozenset(name for name, word in bound.items() if word in (GENERATOR, FILE, CONNECTION))

    @cached_property
    def _lasting(self) -> Lasting:
        steps, definitions = self.graph.steps.values(), self.graph.prelude.definitions
        trees = [parse(text) for text in (*(s.source.body for s in steps), *(one.source for one in definitions))]
        origins = [pair for one in definitions for pair in one.origins]
        return Lasting(trees, dict(origins + [pair for step in steps for pair in step.names.imports]))

    def stores(self, step: StepSpec) -> tuple[AttributeStore, ...]:
        maybe = self.graph.links[step.name].maybe_writes - {load.name for load in self.loads(step) if load.sure}
        kept = [AttributeStore(n, self.versions.written(step.name, n), n not in maybe) for n in self.kept(step)]
        if any(self._is_viewed(step, n) for n in self.versions.split):
            kept += [AttributeStore(n, n, n not in maybe) for n in self.kept(step) if self._is_viewed(step, n)]
        apart = [
            AttributeStore(n, attr, n not in maybe, apart=True)
            for (above, n), attr in self._apart.items()
            if above == step.name
        ]
        return (*kept, *apart, *self._states(step))

    def _states(self, step: StepSpec) -> Iterator[AttributeStore]:
        """Yield the states of random generators that later steps, or its own next turn, continue from."""
        for name in sorted(self.graph.links[step.name].writes & GENERATORS & self._needed[step.name]):
            yield AttributeStore(name, self.versions.written(step.name, name))

    def _is_viewed(self, step: StepSpec, name: str) -> bool:
        """Tell whether a join reads a name on tasks: there it needs its own name even if it is split."""
        if name not in self.versions.split or name not in self.graph.links[step.name].writes:
            return False
        joins = (join for join, linked in self.graph.links.items() if step.name in linked.joined)
        return any(self.uses[join].of([name]) for join in joins)

    def apart(self, step: StepSpec) -> dict[str, dict[str, str]]:
        """Return for `inputs.STEP.name` outside of a join: step -> name -> the attribute that keeps it."""
        if step.name in self.native:
            return {}
        return {
            above: {name: self._apart[above, name] for name in sorted(names)}
            for above, names in self._of_branches(step).items()
        }

    def can_be_native(self, step: StepSpec, lasts: Set[str]) -> bool:
        """Tell whether `lasts`, the last steps of the joined branches, are those that the step asks for by name."""
        asked = self._of_branches(step)
        is_exact = not branches_as_values(step) or not self.uses[step.name].asks_by_name
        names = {name for above in asked.values() for name in above}
        same = all(self.names.method(self.graph.steps[above]) == above for above in asked)
        return bool(asked) and is_exact and asked.keys() <= lasts and same and names.isdisjoint(self.versions.split)

    def _of_branches(self, step: StepSpec) -> dict[str, frozenset[str]]:
        """Return what a step reads of each of its branches, or may read if it uses the branch as a whole."""
        found: dict[str, frozenset[str]] = {}
        reads, whole = branch_name_reads(step), branches_as_values(step)
        for above in self.graph.links[step.name].branches:
            writes = self.graph.links[above].writes
            names = writes.intersection(name for one, name in reads if one == above)
            names |= self.uses[step.name].of(writes) if above in whole else frozenset()
            if names or above in whole:
                found[above] = names
        return found


def mention_order(step: StepSpec) -> dict[str, int]:
    """Return the position at which each name first appears in the body."""
    found: dict[str, int] = {}
    nodes = [n for n in every_node(parse(step.source.body)) if isinstance(n, ast.Name | ast.Attribute)]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
        found.setdefault(node.id if isinstance(node, ast.Name) else node.attr, len(found))
    return found


def _imports_of(step: StepSpec, name: str) -> Iterator[str]:
    """Yield the imports of a body that bind a name, each reduced to it."""
    return _reduced(parse(step.source.body).body, {name})


def _reduced(statements: Iterable[ast.stmt], names: Set[str]) -> Iterator[str]:
    """Yield the imports among statements that bind one of these names, each reduced to them."""
    for node in statements:
        if isinstance(node, ast.Import | ast.ImportFrom):
            aliases = [alias for alias, one in zip(node.names, imported_names(node), strict=True) if one in names]
            if aliases:
                node.names = aliases
                yield ast.unparse(node)


def _looked_at(step: StepSpec) -> frozenset[str]:
    """Return the names whose values the body uses itself."""
    nodes = [node for node in every_node(parse(step.source.body)) if isinstance(getattr(node, "ctx", None), ast.Load)]
    if step.metaflow:
        return frozenset(node.attr for node in nodes if isinstance(node, ast.Attribute))
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))


def bound_names(step: StepSpec) -> frozenset[str]:
    """Return every plain name that the body binds."""
    return names_of(parse(step.source.body)).bound
