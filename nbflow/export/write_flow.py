"""Writes a graph as the text of a FlowSpec script, for every place that exports."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbflow.errors import FlowRefused
from nbflow.export.body_text import digest_rest, read_bodies
from nbflow.export.extras import CARD_COMPONENTS, DISPLAY_NAME, DISPLAY_PARTS, EXTRAS, PARTS, Extra, fill
from nbflow.export.formatting import complaints, format_source, require_python
from nbflow.export.hoisting import hoist
from nbflow.export.import_lines import Imports
from nbflow.export.marks import Mark, Marks, Target, mark_of, write_marks
from nbflow.export.metaflow import metaflow_refusals
from nbflow.export.methods.draft import MethodDraft, docstring
from nbflow.export.methods.method import MethodWriter
from nbflow.export.parameter_lines import Parameters
from nbflow.export.plan.arrange import GoesBack, told
from nbflow.export.plan.attribute_names import AttributeNames
from nbflow.export.plan.generators import GENERATOR, silent_methods
from nbflow.export.plan.name_usage import Usage
from nbflow.export.plan.naming import FLOWSPEC, NameSupply, class_name
from nbflow.export.plan.parts import PartRow, has_branches
from nbflow.export.plan.plan_methods import Planned, plan_methods
from nbflow.export.plan.seeding import seeding_of
from nbflow.export.plan.value_versions import Versions
from nbflow.export.prelude_lines import Top, left_out, write_top
from nbflow.export.refusal import defined_after_use, mistakes, refusals
from nbflow.export.sharing.apart import certainly_apart, coming_apart, constants_apart
from nbflow.export.sharing.pairs import SharedNames
from nbflow.export.sharing.sharing_notes import tell_pair
from nbflow.export.text_layout import indent_block
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of, parse
from nbflow.flow.source.encoding import escaped
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.header import CellKind, read_header
from nbflow.flow.syntax.specs import StepSpec


@dataclass(frozen=True, slots=True)
class Exported:
    """Holds a script. `notes` say what it does differently from the notebook.

    `methods` names the method of each step.
    """

    text: str
    marks: Marks
    notes: tuple[str, ...]
    methods: Mapping[str, str]
    attributes: Mapping[tuple[str, str], str]  # (step, name) of artifacts that have another name in the script


def export_flow(
    graph: Graph, target: Target = Target.NBFLOW, all_artifacts: bool = False, known: Collection[str] = ()
) -> Exported:
    """Return the script of a flow. `known` are the steps whose changes to shared objects a run has shown.

    Raises FlowRefused, with every reason, for a notebook with errors or one that no script can express.
    """
    problems = mistakes(graph) or defined_after_use(graph)
    graph = hoist(graph)
    problems = problems or refusals(_usage(graph, all_artifacts))
    if target is Target.METAFLOW and not problems:
        problems = certainly_apart(graph) + metaflow_refusals(_usage(graph, all_artifacts))
    if problems:
        raise FlowRefused([*dict.fromkeys(map(str, problems))])
    if not graph.links:
        raise FlowRefused([f"{graph.flow.document} has no step. Begin a cell with %%step NAME"])
    return _Export(graph, target, all_artifacts, NameSupply(graph), known).write()


def _usage(graph: Graph, all_artifacts: bool) -> Usage:
    names = NameSupply(graph)
    return Usage(graph, names, Versions(graph, names), all_artifacts)


@dataclass
class _Export:
    graph: Graph
    target: Target
    all_artifacts: bool
    names: NameSupply
    known: Collection[str]
    top: Top = field(init=False)
    imports: Imports = field(init=False)
    rest: list[str] = field(init=False)

    def write(self) -> Exported:
        sharing = SharedNames.of(self.graph, self.known)
        try:
            plan = plan_methods(self.graph, self.all_artifacts, sharing)
        except GoesBack as error:
            raise FlowRefused([str(error.problem)]) from None
        self.names, self.top = plan.names, write_top(self.graph, self.target)
        self.imports = Imports(self.names, self.graph, self.top.imports)
        parameters = Parameters(self.graph, self.imports)
        spelling = self._spelling(plan)
        extras = {name: name if name == DISPLAY_NAME else self.names.local(name) for name in EXTRAS}
        self.rest = [*self._rest(plan.attributes)]
        writer = MethodWriter(
            self.graph, plan.usage, plan.attributes, plan.flowing, self.imports, parameters, spelling, extras
        )
        methods = writer.write(plan.row)
        waits, shared = told(plan.waits, self.graph), tuple(map(tell_pair, plan.shared))
        additions = self._additions(writer.used, spelling, extras)
        needs = frozenset().union(*(parameters.needs(one) for one in self.graph.flow.parameters))
        flow = self._class(methods, parameters, spelling, waits, shared)
        head = self._head(writer.flowspec | needs, writer.used, spelling)
        text = self._whole(head, additions, flow)
        marks = replace(
            self._marks(text),
            places=_places(plan.row, methods),
            learned=self._learned,
            known=self._needed_known(sharing),
        )
        text = f"{text.rstrip()}\n\n\n{write_marks(marks)}\n"
        names = {step.name: plan.names.method(step) for step in self.graph.steps.values()}
        return Exported(
            text,
            marks,
            (*waits, *shared, *self._advice(shared), *self._apart(sharing), *writer.notes, *self._dropped()),
            names,
            plan.usage.versions.renamed,
        )

    def _rest(self, attributes: AttributeNames) -> Iterator[str]:
        """Yield what ordinary cells do; after a drawing, also the state from which a step continues."""
        kept: dict[int, list[str]] = {}
        for name, behind in dict.fromkeys(
            one for s in self.graph.steps.values() for one in seeding_of(self.graph, s).kept
        ):
            state = self.imports.function(GENERATOR[name].module, GENERATOR[name].get)
            kept.setdefault(self.top.ends[id(behind)], []).append(f"{attributes.seeded(name, behind)} = {state}()")
        for number, text in enumerate(self.top.rest, 1):
            yield text
            yield from kept.get(number, ())

    def _spelling(self, plan: Planned) -> dict[str, str]:
        """Return the names of imports: in a class body, a parameter or method of the same name would hide an import."""
        taken = {plan.names.method(step) for step in self.graph.steps.values()} | self.top.names
        taken |= {parameter.name for parameter in self.graph.flow.parameters}
        spelling = {name: f"flow_{name}" if name in taken else name for name in FLOWSPEC | set(CARD_COMPONENTS)}
        return spelling | self._own_cards()

    def _own_cards(self) -> dict[str, str]:
        """Return the names under which the notebook itself imports parts of cards and `current`."""
        known = {name: self.imports.known(f"{self.target}.cards.{name}") for name in CARD_COMPONENTS}
        known["current"] = self.imports.known(f"{self.target}.current")
        return {name: spelt for name, spelt in known.items() if spelt is not None}

    def _additions(self, used: set[str], spelling: dict[str, str], extras: dict[str, str]) -> list[str]:
        wanted = used | {other for name in used for other in EXTRAS[name].others}
        texts: list[str] = []
        for name in EXTRAS:
            if name in wanted:
                extra = EXTRAS[name]
                if name == DISPLAY_NAME and self.imports.has_of(f"{self.target}.cards"):
                    part = f"{self.target}.cards.MetaflowCardComponent"
                    extra = Extra(DISPLAY_PARTS, things={**extra.things, "MetaflowCardComponent": part})
                things = {key: self.imports.name(origin, module=True) for key, origin in extra.modules.items()}
                things |= {key: self.imports.name(origin) for key, origin in extra.things.items()}
                text = fill(extra, {**spelling, **extras, **things})
                if name in PARTS:
                    texts[-1] += f"\n\n{text}"
                else:
                    texts.append(text)
        return texts

    def _head(self, flowspec: set[str] | frozenset[str], used: set[str], spelling: dict[str, str]) -> str:
        def imported(names: Sequence[str]) -> str:
            return ", ".join(name if spelling[name] == name else f"{name} as {spelling[name]}" for name in names)

        module = str(self.target)
        flowspec = flowspec - self._own_cards().keys()
        known = sorted(flowspec, key=lambda name: (name.islower(), name))
        own = [f"from {module} import {imported(known)}"]
        if used & {"display", "show_figures"}:
            missing = [name for name in CARD_COMPONENTS if name not in self._own_cards()]
            own += [f"from {module}.cards import {imported(missing)}"] if missing else []
        standard = [*self.imports.statements]
        blocks = [self.top.future, standard, lines_of("\n".join(self.top.imports).strip("\n")), own]
        return "\n\n".join("\n".join(block) for block in blocks if block)

    def _class(
        self,
        methods: Sequence[MethodDraft],
        parameters: Parameters,
        spelling: dict[str, str],
        waits: Sequence[str],
        shared: Sequence[str],
    ) -> str:
        name = self.names.local(class_name(Path(self.graph.flow.document).stem or self.graph.flow.name))
        self.flow_name = name
        lines = [docstring(self._story(), 4)]
        if waits:
            lines += ["", "# These steps run one after another here; in the notebook they run in parallel:"]
            lines += [*(f"# - {wait}" for wait in waits)]
        if shared:
            lines += ["", "# These steps run one after another here because one may change objects of the other:"]
            lines += [*(f"# - {wait}" for wait in shared)]
        declared = [parameters.declaration(one, spelling) for one in self.graph.flow.parameters]
        lines += ["", *declared] if declared else []
        body = "\n\n".join([indent_block("\n".join(lines), 4), *(method.text for method in methods)])
        return f"class {name}({spelling['FlowSpec']}):\n{body}"

    def _story(self) -> str:
        """Return the text at the top of the notebook, unless it is about the first step."""
        first = self.graph.flow.cells[0] if self.graph.flow.cells else None
        if first is not None and first.above.strip() and read_header(first.source).kind is not CellKind.STEP:
            return first.above
        return f"The flow of {self.graph.flow.document}."

    def _whole(self, head: str, additions: Sequence[str], flow: str) -> str:
        out = [f"# left out: {line} (cell {cell.number})" for cell in self.graph.flow.cells for line in left_out(cell)]
        main = f'if __name__ == "__main__":\n    {self.flow_name}()'
        parts = [head, "\n".join(out), "\n".join([*self.rest, *additions, flow, main]).strip("\n")]
        text = format_source(escaped("\n\n".join(part for part in parts if part) + "\n"))
        require_python(text)
        codes = complaints(text)
        return f"# ruff: noqa: {', '.join(codes)}\n{text}" if codes else text

    @property
    def _learned(self) -> dict[str, frozenset[str]]:
        return {step: names for step, names in self.graph.learned.items() if step in self.graph.links and names}

    def _needed_known(self, sharing: SharedNames) -> tuple[str, ...]:
        """Return the steps whose changes a run has shown; nothing if all methods would stand in the same order."""
        alike = not self.known or replace(sharing, known=frozenset()).pairs == sharing.pairs
        return () if alike else tuple(name for name in self.graph.links if name in self.known)

    def _marks(self, text: str) -> Marks:
        bodies = {body.cell: body.text for body in read_bodies(text)}
        marks = tuple(self._mark(bodies))
        cells = (one for one in self.graph.prelude.definitions if one.kind == "shared")
        shared = frozenset(name for one in cells if "__future__" not in one.source for name in one.names - {"*"})
        return Marks(
            *(self.graph.flow.document, self.target, self.all_artifacts, marks, digest_rest(text)),
            *(sorted(shared), silent_methods(self.graph, self.names)),
        )

    def _mark(self, bodies: Mapping[int, str]) -> list[Mark]:
        parameters = {parameter.place.cell for parameter in self.graph.flow.parameters}
        seeds = (
            one.place.cell for step in self.graph.steps.values() for one in seeding_of(self.graph, step).statements
        )
        concerned = set(bodies) | self.top.cells | parameters | set(seeds)
        return [mark_of(cell, bodies.get(cell.number)) for cell in self.graph.flow.cells if cell.number in concerned]

    def _advice(self, shared: Sequence[str]) -> list[str]:
        if not shared:
            return []
        notebook = shlex.quote(self.graph.flow.document)
        return [
            f"run the notebook once with nbflow run {notebook} and export it again: then only those wait that have to"
        ]

    def _apart(self, sharing: SharedNames) -> list[str]:
        apart = [*constants_apart(sharing), *(coming_apart(sharing) if self.target is Target.METAFLOW else ())]
        return [str(one) for one in apart]

    def _packages_of(self, step: StepSpec) -> list[str]:
        """Tell which packages the environment of a step needs because the script imports them at its top."""
        used = names_of(parse("\n".join((*self.top.imports, *self.top.rest)))).modules
        named = sorted({name.partition(".")[0] for name in used} - sys.stdlib_module_names)
        if not step.options.env or not named:
            return []
        return [f"the script imports {', '.join(named)} at its top: @pypi of '{step.name}' must have them too"]

    def _dropped(self) -> list[str]:
        """Return options that a script cannot express."""
        notes = []
        for step in self.graph.steps.values():
            options = step.options
            given = [("--watch", options.watch), ("--bg", options.background)]
            given += [("--cache", options.cache.mode != "auto")]
            notes += self._packages_of(step)
            notes += [f"{option} of '{step.name}' has no counterpart in a script" for option, value in given if value]
        return notes


def _places(row: PartRow, methods: Iterable[MethodDraft]) -> dict[str, int]:
    """Return the cell of each method; nothing if no methods run side by side, as the order is clear then."""
    places = {method.name: method.cell or method.place for method in methods} if has_branches(row) else {}
    return {name: cell for name, cell in places.items() if cell}
