"""Links a FlowSpec class into a graph, with the same steps and links as cells. Artifacts flow along its edges."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbflow.flow.flowspec.classes import Method, Script, tail_of
from nbflow.flow.flowspec.reads import method_reads
from nbflow.flow.graph.graph import Graph, Link, Passage
from nbflow.flow.names.code import code_digest
from nbflow.flow.syntax.specs import (
    ControlFlow,
    FlowSource,
    Foreach,
    MethodFacts,
    Next,
    NextKind,
    StepNames,
    StepSource,
    StepSpec,
)

_ITEM = "input"
_PLAIN = ("property", "staticmethod", "classmethod")


@dataclass(frozen=True, slots=True)
class Open:
    """Represents a split that is not joined yet, and the branch taken."""

    split: str
    branch: str
    is_foreach: bool


Stack = tuple[Open, ...]


@dataclass
class Outline:
    """Holds the order and the splits of a class's steps. It is complete even for a class with mistakes."""

    methods: Mapping[str, Method]
    nexts: dict[str, Next] = field(default_factory=dict)
    parents: dict[str, list[str]] = field(default_factory=dict)  # without the step itself
    order: list[str] = field(default_factory=list)  # each step comes after its parents
    cyclic: list[str] = field(default_factory=list)
    arriving: dict[str, dict[str, Stack]] = field(default_factory=dict)  # step -> parent -> splits open on that edge
    stacks: dict[str, Stack] = field(default_factory=dict)  # splits open in the step


def outline(methods: Mapping[str, Method]) -> Outline:
    """Return the outline of step methods: their transitions, their order, and the splits open in each."""
    found = Outline(methods)
    for name, method in methods.items():
        tail = tail_of(method)
        if tail.next is not None:
            found.nexts[name] = tail.next
    found.parents = {
        name: [above for above in methods if above != name and name in _targets(found, above)] for name in methods
    }
    _sort(found)
    for name in (*found.order, *found.cyclic):
        _enter(found, name)
    return found


def _targets(found: Outline, name: str) -> tuple[str, ...]:
    return found.nexts[name].targets if name in found.nexts else ()


def _sort(found: Outline) -> None:
    """Sort the steps from the roots, in the order in which they become free. Steps that never do are on a cycle or
    below one.
    """
    waiting = {name: len(parents) for name, parents in found.parents.items()}
    ready = [name for name, number in waiting.items() if number == 0]
    while ready:
        name = ready.pop(0)
        found.order.append(name)
        below = [target for target in dict.fromkeys(_targets(found, name)) if target in waiting and target != name]
        for target in below:
            waiting[target] -= 1
        ready += [target for target in below if waiting[target] == 0]
    found.cyclic = [name for name in found.methods if name not in found.order]


def _enter(found: Outline, name: str) -> None:
    arriving = {above: _along(found, above, name) for above in found.parents[name] if above in found.stacks}
    found.arriving[name] = arriving
    stack = next(iter(arriving.values()), ())
    found.stacks[name] = stack[:-1] if found.methods[name].is_join else stack


def _along(found: Outline, above: str, name: str) -> Stack:
    leads = found.nexts[above]
    stack = found.stacks[above]
    match leads.kind:
        case NextKind.BRANCH:
            return (*stack, Open(above, name, False))
        case NextKind.FOREACH:
            return (*stack, Open(above, name, True))
        case _:
            return stack


# linking


def link_script(script: Script) -> Graph:
    """Return the graph of a FlowSpec class. Its steps are in an order in which they can run."""
    found = outline(script.steps)
    names = [*found.order, *found.cyclic]
    steps = {name: _step(script, found, name) for name in names}
    links: dict[str, Link] = {}
    for name in names:
        links[name] = _link(script, found, steps[name], links)
    flow = FlowSource(script.name, script.document, tuple(steps.values()), script.parameters, script.prelude)
    return Graph(flow, links, Passage.BY_EDGE)


def _step(script: Script, found: Outline, name: str) -> StepSpec:
    method = found.methods[name]
    reads = method_reads(method, script.methods, script.prelude)
    leads = found.nexts.get(name)
    return StepSpec(
        name,
        method.place,
        StepSource(code=_code(script, method, reads.reached, reads.names), modules=frozenset(reads.modules)),
        doc=method.doc,
        names=StepNames(reads=frozenset(reads.names), mentions=frozenset(reads.plain)),
        control=ControlFlow(
            foreach=_foreach(script, found, name),
            loop=leads.condition if leads and name in leads.targets else None,
            next=leads,
        ),
        options=method.options,
        method=MethodFacts(reads.dynamic, reads.merges, method.catch),
    )


def _foreach(script: Script, found: Outline, name: str) -> Foreach | None:
    for above in found.parents[name]:
        leads = found.nexts[above]
        if leads.kind is NextKind.FOREACH and leads.foreach:
            constant = script.constants.get(leads.foreach, "")
            return Foreach(_ITEM, f"self.{leads.foreach}", frozenset({leads.foreach}), constant)
    return None


def _code(script: Script, method: Method, reached: Mapping[str, Method], names: set[str]) -> str:
    """Return a digest of the method, the methods and class constants that it uses, and what its decorators mean."""
    trees = [_bare(reached[name].tree) for name in sorted(reached)]
    constants = sorted(f"{name}={value}" for name, value in script.constants.items() if name in names)
    meaning = ast.Expr(ast.Constant(repr((method.meaning, constants))))
    return code_digest([*trees, meaning])


def _bare(tree: ast.FunctionDef) -> ast.FunctionDef:
    """Return the method without decorators that nbflow reads elsewhere; plain ones such as `@property` stay."""
    bare = copy.copy(tree)
    bare.decorator_list = [one for one in tree.decorator_list if ast.unparse(one) in _PLAIN]
    return bare


def _link(script: Script, found: Outline, step: StepSpec, links: Mapping[str, Link]) -> Link:
    stack = found.stacks[step.name]
    led = tuple(_in_order(found, step.name))
    known = frozenset(parameter.name for parameter in script.parameters)
    arriving = next(iter(found.arriving[step.name].values()), ())
    is_join = found.methods[step.name].is_join
    named = step.names.reads | (step.control.foreach.reads if step.control.foreach else frozenset())
    return Link(
        parameters=known if step.method.dynamic else known & named,
        prelude=step.names.mentions & script.prelude.names,
        upstream=led,
        scope=scope_of(stack),
        rank=1 + max((links[name].rank for name in led if name in links), default=-1),
        joined=led if is_join else (),
        opened=scope_of(arriving) if is_join else (),
        led=led,
    )


def _in_order(found: Outline, name: str) -> list[str]:
    """Return the parents of a step; for a static join, in the order in which the split names their branches."""

    def position(above: str) -> int:
        stack = found.arriving[name].get(above, ())
        if not stack or stack[-1].is_foreach:
            return 0
        return found.nexts[stack[-1].split].targets.index(stack[-1].branch)

    parents: Sequence[str] = [above for above in found.parents[name] if above in found.stacks]
    return sorted(parents, key=position) if found.methods[name].is_join else list(parents)


def scope_of(stack: Stack) -> tuple[str, ...]:
    """Return the names of the foreach branches among open splits, outermost first."""
    return tuple(one.branch for one in stack if one.is_foreach)
