"""Every decision about the notebook that is to be made of a script, before a line of it is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from nbflow.flow.code import parse
from nbflow.flow.prelude import BUILTINS
from nbflow.flow.step import Next, NextKind
from nbflow.importing.conditions import Condition, Way, conditions_of, is_implied, way_to
from nbflow.importing.definitions import Chunk, Helper, class_chunks, helper_reads, module_chunks, read_helpers
from nbflow.importing.methods import INDEX, ITEM, MACHINERY, StepText, read_steps, reads_of
from nbflow.importing.refusals import Stuck
from nbflow.importing.source import Source
from nbflow.importing.visible import Visible, look_along, scope_in
from nbflow.importing.words import Unsure, Words, replace_words


@dataclass(frozen=True)
class Design:
    """`items` are the foreach variables; `hands_on` what a step has to make its own for a join that looks at it.

    `says` are the artifacts that a switch writes for those of its ways that no literal names: name -> way.
    """

    source: Source
    steps: Mapping[str, StepText]
    helpers: Mapping[str, Helper]
    module: tuple[Chunk, ...]
    constants: tuple[Chunk, ...]
    seen: Visible
    conditions: Mapping[str, Condition]
    items: dict[str, str] = field(default_factory=dict)
    hands_on: dict[str, set[str]] = field(default_factory=dict)
    says: dict[str, dict[str, Way]] = field(default_factory=dict)

    # names

    @cached_property
    def parameters(self) -> frozenset[str]:
        targets = (node.targets[0] for node in self.source.parameters)
        return frozenset(target.id for target in targets if isinstance(target, ast.Name))

    @cached_property
    def fixed(self) -> frozenset[str]:
        """What `self` has in every step: parameters, constants, methods."""
        constants = frozenset[str]().union(*(chunk.binds for chunk in self.constants))
        return self.parameters | constants | self.helpers.keys()

    @cached_property
    def artifacts(self) -> frozenset[str]:
        return artifacts_of(self.steps) - self.fixed

    @cached_property
    def around(self) -> frozenset[str]:
        """Every plain name that the notebook gives a meaning outside of steps."""
        return self.fixed | frozenset[str]().union(*(chunk.binds for chunk in self.module))

    @cached_property
    def reads(self) -> Mapping[str, frozenset[str]]:
        found = reads_of(self.steps.values(), helper_reads(self.helpers, self.artifacts))
        return {name: reads & self.artifacts for name, reads in found.items()}

    # the graph

    def foreach_above(self, name: str) -> tuple[str, Next] | None:
        """The split whose items a step is run for, if it is the first to be."""
        for above in self.source.outline.parents[name]:
            leads = self.source.outline.nexts[above]
            if leads.kind is NextKind.FOREACH:
                return above, leads
        return None

    def scope(self, name: str) -> tuple[str, ...]:
        return scope_in(self.source.outline, name)

    def closes(self, name: str) -> str | None:
        """The foreach step whose tasks a join looks at; None for a join of static branches."""
        opened = next(iter(self.source.outline.arriving[name].values()))[-1]
        return opened.branch if opened.is_foreach else None

    def branches(self, name: str) -> tuple[str, ...]:
        """What a join of static branches looks at, in the order of the split."""
        if not self.steps[name].method.is_join or self.closes(name):
            return ()
        found = self.source.outline
        opened = {above: stack[-1] for above, stack in found.arriving[name].items()}
        order = found.nexts[next(iter(opened.values())).split].targets
        return tuple(sorted(opened, key=lambda above: order.index(opened[above].branch)))

    def way(self, name: str) -> Way | None:
        return way_to(name, self.conditions[name], self.source.outline)

    def loop(self, name: str) -> tuple[object, ...]:
        """The literals for which a step repeats itself."""
        leads = self.source.outline.nexts.get(name)
        return tuple(literal for literal, target in leads.cases if target == name) if leads else ()

    def condition(self, name: str) -> str:
        """The artifact that a switch looks at."""
        return self.source.outline.nexts[name].condition or ""

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """The steps that become cells, in the order in which they are written if that is one in which they can run."""
        found = self.source.outline
        written = [name for name in self.source.steps if name in found.order]
        place = {name: at for at, name in enumerate(written)}
        valid = all(place[above] < place[name] for name in written for above in found.parents[name])
        order = written if valid else list(_deep(self))
        kept = tuple(name for name in order if not self._vanishes(name))
        return kept or tuple(order[:1])

    def _vanishes(self, name: str) -> bool:
        return (
            self.steps[name].is_trivial
            and not self.hands_on.get(name)
            and not self.says.get(name)
            and not self.seen.brought.get(name)
        )

    def above(self, name: str) -> Iterator[str]:
        """The nearest cells above a step, along the transitions."""
        for parent in self.source.outline.parents[name]:
            yield from [parent] if parent in self.kept else self.above(parent)

    # form

    @cached_property
    def plain(self) -> frozenset[str]:
        """The steps whose cells use plain variables; the others keep `self`."""
        return frozenset(name for name, step in self.steps.items() if self._is_plain(step))

    def _is_plain(self, step: StepText) -> bool:
        if step.kept is not None:
            return True
        if INDEX in step.attributes or step.hands_over_self:
            return False
        if step.mentions & self.artifacts & BUILTINS or imported(step.tree) & self.artifacts:
            return False
        try:
            replace_words(step.body, Words({name: name for name in step.attributes - MACHINERY}))
        except Unsure:
            return False
        return True


def artifacts_of(steps: Mapping[str, StepText]) -> frozenset[str]:
    return frozenset(name for step in steps.values() for name in step.names.writes)


def imported(tree: ast.AST) -> frozenset[str]:
    """The names that imports inside a step bind."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return frozenset(alias.asname or alias.name.partition(".")[0] for node in nodes for alias in node.names)


def _deep(design: Design) -> Iterator[str]:
    """One branch after the other, each step after all that lead to it."""
    found = design.source.outline
    done: set[str] = set()
    agenda = [design.source.script.start or found.order[0]]
    while agenda:
        name = agenda.pop()
        if name in done or not all(above in done for above in found.parents[name]):
            continue
        done.add(name)
        yield name
        leads = found.nexts.get(name)
        agenda.extend(target for target in reversed(leads.targets if leads else ()) if target not in done)


# deciding


def design_notebook(source: Source) -> Design:
    """Raises Stuck for what no notebook can say."""
    steps = read_steps(source)
    design = Design(
        source,
        steps,
        read_helpers(source),
        tuple(module_chunks(source)),
        tuple(class_chunks(source)),
        look_along(steps, source.outline),
        conditions_of(source.outline),
    )
    _refuse_clashes(design)
    _refuse_self(design)
    _name_items(design)
    _name_ways(design)
    _hand_on(design)
    return design


def _refuse_clashes(design: Design) -> None:
    names: dict[str, int] = {}
    for chunk in (*design.module, *design.constants, *(helper.chunk for helper in design.helpers.values())):
        for name in sorted(chunk.binds):
            if name in names and chunk.kind != "statement" and chunk not in design.module:
                message = f"'{name}' of class {design.source.flow.name} is called like what line {names[name]} defines"
                raise Stuck(chunk.line, message, "Rename one of them")
            names.setdefault(name, chunk.line)
    for step in design.steps.values():
        for name in sorted(step.names.writes & design.parameters):
            raise Stuck(_line(step, name), f"step '{step.name}' sets parameter '{name}'", "Use another name")
        for name in sorted(step.names.writes & design.around):
            message = f"artifact '{name}' of step '{step.name}' is called like what line {names.get(name, 0)} defines"
            raise Stuck(_line(step, name), message, "Rename one of them: a notebook has one name for one thing")
        _refuse_builtin(design, step)


def _refuse_builtin(design: Design, step: StepText) -> None:
    chunks = (*design.module, *design.constants, *(helper.chunk for helper in design.helpers.values()))
    for name in sorted(step.names.writes & BUILTINS):
        user = next((chunk for chunk in chunks if name in chunk.reads), None)
        if user:
            message = f"artifact '{name}' of step '{step.name}' hides Python's '{name}', which line {user.line} uses"
            raise Stuck(_line(step, name), message, f"Rename the artifact, for example to my_{name}")


def _line(step: StepText, attribute: str) -> int:
    nodes = (node for node in ast.walk(step.tree) if isinstance(node, ast.Attribute) and node.attr == attribute)
    return step.line + next((node.lineno - 1 for node in nodes), 0)


def _refuse_self(design: Design) -> None:
    for step in design.steps.values():
        if step.hands_over_self:
            fix = "Hand over the values that are needed, and set what comes back"
            raise Stuck(step.hands_over_self, f"step '{step.name}' hands over self", fix)
        known = design.fixed | design.artifacts | MACHINERY | design.source.steps.keys()
        for name in sorted(step.attributes - known):
            message = f"step '{step.name}' uses self.{name}, which no step sets"
            raise Stuck(_line(step, name), message, f"Set self.{name} in a step before, or take it out")


def _name_items(design: Design) -> None:
    taken = set(design.artifacts | design.around)
    for name in design.source.outline.order:
        above = design.foreach_above(name)
        if above is not None:
            leads = above[1]
            design.items[name] = _item(design, name, leads.foreach or "", frozenset(taken))
            taken.add(design.items[name])


def _item(design: Design, name: str, of: str, taken: frozenset[str]) -> str:
    """`input` where a cell keeps `self`, else as the step calls it, else the singular of the list."""
    users = [step for step in design.steps.values() if design.scope(step.name)[-1:] == (name,)]
    if any(step.name not in design.plain and step.attributes & {ITEM, INDEX} for step in users):
        if ITEM in design.items.values():
            step = next(step for step in users if step.name not in design.plain)
            fix = "Write the item itself into the list: foreach over list(enumerate(…))"
            raise Stuck(step.line, f"step '{step.name}' uses self.index inside several foreachs", fix)
        return ITEM
    own = item_name(design.steps[name])
    candidates = [own or "", of.removesuffix("s") if of.endswith("s") else "", "item", f"{of}_item", f"{name}_item"]
    artifacts = {own} if own and _is_own(design, name, own) else set()
    return next(one for one in candidates if one.isidentifier() and one not in taken - artifacts and one not in BUILTINS)


def _is_own(design: Design, name: str, artifact: str) -> bool:
    """`self.genre = self.input` names the item, if nobody else sets that artifact."""
    return all(artifact not in step.names.writes for other, step in design.steps.items() if other != name)


def item_name(step: StepText) -> str | None:
    """The name that a step gives to `self.input` once and for all."""
    node = item_statement(step)
    if node is None:
        return None
    target = node.targets[0]
    return target.attr if isinstance(target, ast.Attribute) else ast.unparse(target)


def item_statement(step: StepText) -> ast.Assign | None:
    for node in step.tree.body:
        match node:
            case ast.Assign(targets=[target], value=ast.Attribute(value=ast.Name(id="self"), attr="input")):
                return node if _is_only_target(step, target) else None
    return None


def _is_only_target(step: StepText, target: ast.expr) -> bool:
    text = ast.unparse(target)
    if not isinstance(target, ast.Name) and not text.removeprefix("self.").isidentifier():
        return False
    stored = [
        node for node in ast.walk(step.tree)
        if isinstance(node, ast.Name | ast.Attribute) and not isinstance(node.ctx, ast.Load) and ast.unparse(node) == text
    ]  # fmt: skip
    return len(stored) == 1


def _name_ways(design: Design) -> None:
    """Give a name to every way that a header cannot describe by a literal."""
    for name in design.source.outline.order:
        way = design.way(name)
        if way is None:
            continue
        if not is_implied(design.conditions[name], design.conditions, design.source.outline):
            fix = "Lead to it from one switch only"
            line = design.steps[name].method.place.line
            raise Stuck(line, f"step '{name}' depends on several switches at once", fix)
        if len(way.literals) > 1 or not _speaks_for_itself(design, way.switch):
            targets = sorted(design.conditions[name][way.switch])
            design.says.setdefault(way.switch, {})[f"{way.switch}_to_{'_or_'.join(targets)}"] = way


def _speaks_for_itself(design: Design, switch: str) -> bool:
    """Whether the artifact it looks at is there only when the switch itself has run."""
    if not design.conditions[switch]:
        return True
    condition = design.condition(switch)
    return design.seen.leaving[switch].get(condition) == {switch} and all(
        condition not in step.names.writes for other, step in design.steps.items() if other != switch
    )


def guard_name(design: Design, name: str) -> str | None:
    """The artifact that was named for the way to a step."""
    way = design.way(name)
    said = design.says.get(way.switch, {}) if way else {}
    return next((one for one, other in said.items() if other == way), None)


def _hand_on(design: Design) -> None:
    """A join sees of a step what the step itself has written; in a script, all that has come along."""
    for name in design.source.outline.order:
        step = design.steps[name]
        if step.method.is_join and step.kept is None:
            for branch, artifact in _looked_at(design, step):
                writers = design.seen.leaving[branch].get(artifact)
                if writers and not _shows(design, step, branch, writers):
                    design.hands_on.setdefault(branch, set()).add(artifact)


def _looked_at(design: Design, step: StepText) -> Iterator[tuple[str, str]]:
    branches = design.branches(step.name)
    yield from ((branch, name) for branch, name in step.looks if branch in branches)
    if branches and not looks_at_all(step, branches):
        return
    for artifact in _loose(step) & design.artifacts:
        yield from ((branch, artifact) for branch in branches or design.source.outline.parents[step.name])


def looks_at_all(step: StepText, branches: tuple[str, ...]) -> bool:
    """Whether `inputs` stands for more than `inputs.STEP`, merging left out."""
    tree = parse(step.body)
    named = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in branches}
    merged = {
        id(one)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "self.merge_artifacts"
        for one in node.args
    }
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "inputs")
    return any(id(node) not in named | merged for node in names)


def _loose(step: StepText) -> frozenset[str]:
    """The attributes of anything but `self`."""
    nodes = (node for node in ast.walk(step.tree) if isinstance(node, ast.Attribute))
    return frozenset(node.attr for node in nodes if not (isinstance(node.value, ast.Name) and node.value.id == "self"))


def _shows(design: Design, step: StepText, branch: str, writers: frozenset[str]) -> bool:
    """Whether a notebook's join sees what these have written, when it looks at a branch or at a task."""
    closed = design.closes(step.name)
    if closed is None:
        return writers == {branch}
    return all(closed in design.scope(writer) for writer in writers)
