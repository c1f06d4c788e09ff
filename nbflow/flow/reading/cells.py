"""Turns the cells of a document into a FlowSource. A mistake of the user becomes a Problem and raises nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from nbflow.errors import HeaderError
from nbflow.flow.languages.shared_code import names_of_shared_code, shared_in_python
from nbflow.flow.languages.translation import translate
from nbflow.flow.names.code import Names, code_digest, compile_source, names_of
from nbflow.flow.names.kept_state import assigned_by_calls, changed_by_calls
from nbflow.flow.names.stars import Stars, may_hide, stars_of
from nbflow.flow.names.statements import Statement, code_in, statements_of
from nbflow.flow.names.text import Text, blank, parse_ordinary, parse_step
from nbflow.flow.reading.cells_together import duplicates, environments_together, parameters_together
from nbflow.flow.reading.prelude import SortingFacts, StepCell
from nbflow.flow.reading.reading_memory import ReadingMemory
from nbflow.flow.reading.reading_of_cells import Reading
from nbflow.flow.source.cell import NOWHERE, Cell, Place, Problem, shortened
from nbflow.flow.source.ipython import COMMENTED, PYTHON_MAGICS, TRANSPARENT, is_capture
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.repairs import Repair, SplitCell
from nbflow.flow.syntax.definition import Definition, Scratch
from nbflow.flow.syntax.environment_words import read_environment, read_script_block
from nbflow.flow.syntax.header import CellKind, Fault, Header, read_header
from nbflow.flow.syntax.metaflow_cell import ITEM, names_of_self, read_next
from nbflow.flow.syntax.parameter_cell import ParameterCell, read_parameters
from nbflow.flow.syntax.possible_repairs import (
    move_refused,
    move_statement,
    rewrite_line,
)  # fmt: skip
from nbflow.flow.syntax.specs import ControlFlow, FlowSource, StepNames, StepSource, StepSpec
from nbflow.garbage import without_gc

_LANGUAGE = re.compile(r"\s--lang\b")
_FUTURE = re.compile(r"^from __future__ import .*\bannotations\b", re.MULTILINE)


@without_gc()
def read_flow(cells: Sequence[Cell], name: str, document: str, memory: ReadingMemory | None = None) -> FlowSource:
    """Read every cell, then sort the statements of ordinary cells, for which the names that steps bind must be known.

    `name` is the name of the flow, `document` the path that messages show. With a `memory` of the same document, what
    the cells above the edit say is kept.
    """
    memory = memory or ReadingMemory()
    lazy, stars = any(map(_is_lazy, cells)), stars_of(cells)
    mark = memory.above_edits(cells, (document, lazy, stars))
    found, shared = mark.found.copy(), names_of_shared_code(cells)
    for number, cell in enumerate(cells[mark.count :], mark.count):
        if number == memory.edited:
            memory.move_mark(found)
        above = shared[cell.number] if "--lang" in cell.source else ()
        found.add(_read_cell(cell, document, lazy, stars if may_hide(cell.source) else (), above))
    parameters = parameters_together(found.parameters, found.injected, cells, found.problems)
    steps = [one.step for one in found.parts if isinstance(one, StepCell)]
    found.problems += duplicates(steps, cells)
    environments = environments_together(found.environments, steps, found.problems)
    given = frozenset(one.name for one in parameters).union(*(one.names for one in found.shared))
    watches = any("__subclasses__" in cell.source for cell in cells)
    result = memory.sort(found.parts, SortingFacts.of(found.parts, given, environments, watches=watches))
    definitions = (*found.shared, *result.definitions)
    return FlowSource(
        name,
        document,
        tuple(result.steps),
        parameters,
        memory.prelude(sorted(definitions, key=lambda definition: definition.place)),
        tuple(sorted((*found.scratch, *result.scratch), key=lambda item: item.place)),
        tuple(sorted(found.problems, key=lambda problem: problem.place or NOWHERE)),
        tuple(cells),
    )


def _is_lazy(cell: Cell) -> bool:
    """Return whether a cell has the import with which no cell evaluates its annotations."""
    return "annotations" in cell.source and _FUTURE.search(cell.source) is not None


@lru_cache(2048)
def _read_cell(
    cell: Cell, document: str, lazy_annotations: bool, stars: Stars, shared: tuple[str, ...] = ()
) -> Reading:
    """Read one cell. The result is cached, because a notebook is read again whenever one of its cells changes."""
    header = read_header(cell.source)
    kind = cell_kind(cell, header)
    place = cell.place(document, max(header.line, 1), named=kind in (CellKind.ORDINARY, CellKind.FOREIGN))
    found = Reading(stars=stars, lazy=lazy_annotations)
    found.problems += [_problem(fault, cell, place, header.name or None) for fault in header.faults]
    match kind:
        case CellKind.STEP:
            _read_step(found, cell, header, place, shared)
        case CellKind.PARAMETERS:
            _read_parameters(found, cell, header, place)
        case CellKind.SHARED:
            _read_shared(found, shared_in_python(cell, header) if header.language else cell, header, place)
        case CellKind.ENVIRONMENT if not header.faults:
            found.add_environment(*read_environment(cell.source, header.environment, header.line, place))
        case CellKind.FOREIGN if header.magic in TRANSPARENT:
            _read_ordinary(found, cell, place, header)
        case CellKind.FOREIGN:
            found.scratch.append(_read_foreign(cell, header, place))
        case CellKind.ENVIRONMENT:
            pass  # nobody can name it
        case CellKind.ORDINARY:
            _read_ordinary(found, cell, place)
    return found


def cell_kind(cell: Cell, header: Header) -> CellKind:
    """Return what a cell is for, from its header and its tags."""
    if header.kind is CellKind.ORDINARY and cell.tags & {"parameters", "injected-parameters"}:
        return CellKind.PARAMETERS
    return header.kind


def _problem(fault: Fault, cell: Cell, place: Place, step: str | None) -> Problem:
    where = replace(place, line=fault.line) if fault.line else place
    repair: Repair | None = SplitCell(cell.number, where.line) if fault.splits else None
    if fault.instead is not None:
        repair = rewrite_line(cell, where.line, *fault.instead)
    return Problem("header", fault.message, fault.fix, where, step, fault.warning, repair=repair)


# steps


def _read_step(found: Reading, cell: Cell, header: Header, place: Place, shared: tuple[str, ...]) -> None:
    if not header.name:
        return
    step = _step_of(cell, header, header.name, place)
    if not header.language and _LANGUAGE.search(lines_of(cell.source)[header.line - 1]):
        found.parts.append(StepCell(step))  # its header says what is wrong, and nobody knows how to read its body
        return
    code: tuple[Statement, ...] = ()
    try:
        if header.language:
            step, header = _in_python(step, header, shared)
        text = parse_step(step.source.body, found.stars)
        if text.source != step.source.body:
            step = replace(step, source=replace(step.source, body=text.source))
        found.problems += _refusals(text, step, cell)
        compile_source(step.source.body)
        step = _with_names(step, text.tree, header, found.lazy)
        code = _code_of(step, text.tree, found.lazy)
    except SyntaxError as error:
        found.problems.append(_syntax_problem(error, step.source.body, step))
    except HeaderError as error:
        rule = "language" if header.language else "metaflow"
        where = replace(place, line=step.source.body_line + error.line - 1) if error.line else place
        found.problems.append(Problem(rule, error.message, error.fix, where, step.name))
    found.parts.append(StepCell(step, code))


def _in_python(step: StepSpec, header: Header, shared: tuple[str, ...]) -> tuple[StepSpec, Header]:
    """Return a step in another language with a body in Python, which says what it reads and writes."""
    translated = translate(step.source.body, header, shared)
    options = replace(step.options, watch=(*step.options.watch, *translated.files))
    source = replace(step.source, body=translated.body, language=header.language, connection=header.connection)
    return replace(step, source=source, options=options), replace(header, reads=None, writes=None)


def _step_of(cell: Cell, header: Header, name: str, place: Place) -> StepSpec:
    """Return the step that a header describes; the names of its body are added later.

    Magics above the header belong to the body, as IPython treats a `%%time` there. The header leaves an empty line, so
    that the lines below keep their numbers; but a script below `%%bash` stays as it is.
    """
    lines, start = lines_of(cell.source), header.line
    if any(line.lstrip().startswith(("%", "!")) for line in lines[: header.line - 1]):
        is_script = read_header("\n".join(lines[: header.line - 1])).magic in COMMENTED
        lines[header.line - 1 : header.line] = [] if is_script else [""]
        start = 0
    source = StepSource("\n".join(lines[start:]), start + 1)
    control = ControlFlow(header.after, header.foreach, header.join, header.guard, header.loop)
    return StepSpec(name, place, source, cell.id, cell.above, control=control, options=header.options)


def _code_of(step: StepSpec, tree: ast.Module, lazy_annotations: bool) -> tuple[Statement, ...]:
    """Return the statements of a body that the steps below share; a guarded, looped or captured step and a method share
    none.
    """
    captures = any(isinstance(node, ast.With) and is_capture(node) for node in tree.body)
    is_apart = step.metaflow or step.control.guard or step.control.loop or captures
    nodes = [] if is_apart else code_in(tree)
    text = Text(ast.Module(nodes, []), step.source.body)
    found = statements_of(text, replace(step.place, line=step.source.body_line), lazy_annotations=lazy_annotations)
    return tuple(one for one in found if one.names.bound.isdisjoint(step.names.writes))


def _correction(line: str) -> str:
    text = line.strip()
    return f"Rewrite the line '{shortened(text, 60)}'" if text else "Rewrite this cell"


def _syntax_problem(error: SyntaxError, body: str, step: StepSpec) -> Problem:
    line = error.lineno or 1
    place = replace(step.place, line=step.source.body_line + line - 1)
    lines = lines_of(body)
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    if "outside" in error.msg and ("await" in error.msg or "async" in error.msg):
        fix = "Write 'async def', or await in the code that calls it"
        return Problem("async", f"a function of step '{step.name}' uses await but is not async", fix, place, step.name)
    return Problem("syntax", f"Python cannot read this: {error.msg.rstrip('.?')}", _correction(text), place, step.name)


def _refusals(text: Text, step: StepSpec, cell: Cell) -> Iterator[Problem]:
    for line, words, refusal in text.refused:
        place = replace(step.place, line=step.source.body_line + line - 1)
        repair = move_refused(refusal, words, cell, place.line)
        yield Problem("magic", f"'{words.strip()}' {refusal.reason}", refusal.fix, place, step.name, repair=repair)


def _with_names(step: StepSpec, tree: ast.Module, header: Header, lazy_annotations: bool) -> StepSpec:
    names = names_of(tree, lazy_annotations=lazy_annotations)
    if "self" in names.free:
        return _with_self_names(step, tree, header)
    return _stated(step, header, names, names.free, tree)


def _with_self_names(step: StepSpec, tree: ast.Module, header: Header) -> StepSpec:
    found = names_of_self(tree)
    step = replace(step, metaflow=True, control=replace(step.control, next=read_next(tree)))
    if header.foreach:
        item = frozenset({ITEM})
        own = replace(
            found.artifacts, reads=found.artifacts.reads - item, maybe_reads=found.artifacts.maybe_reads - item
        )
        return _stated(step, header, own, found.mentions, tree)
    return _stated(step, header, found.artifacts, found.mentions, tree)


def _stated(step: StepSpec, header: Header, names: Names, mentions: frozenset[str], tree: ast.Module) -> StepSpec:
    """Add the names of the body to a step. Names stated in the header replace those that the analysis found."""
    own = frozenset({header.foreach.var}) if header.foreach else frozenset()
    writes = names.writes if header.writes is None else header.writes
    found = StepNames(
        reads=(names.reads if header.reads is None else header.reads) - own,
        maybe_reads=(names.maybe_reads | names.held if header.reads is None else frozenset()) - own,
        writes=writes | own,
        maybe_writes=names.maybe_writes & writes - own,
        mutates=names.mutates & writes - own if header.writes is None else frozenset(),
        passing=(names.passing | names.writes) - writes - own,
        maybe_passing=(names.maybe_passing | names.maybe_writes) - writes - own,
        ends=names.ends - own,
        maybe_ends=names.maybe_ends - own,
        imports=names.imports,
        holds=names.holds,
        mentions=(mentions | names.held) - own,
    )
    source = replace(step.source, code=code_digest(tree), modules=names.modules, star_line=names.star_line)
    return replace(step, names=found, source=source)


# parameters


def _read_parameters(found: Reading, cell: Cell, header: Header, place: Place) -> None:
    text = _parse_rest(found, cell, header, place)
    if text is None:
        return
    fix = "Move it to an ordinary cell"
    _refuse_magic(found, text, cell, Problem("parameter", "a magic cannot stand among parameters", fix, place))
    read = read_parameters(text.tree, text.source, place)
    found.problems += read.problems
    _keep_imports(found, text, read, place)
    if "injected-parameters" in cell.tags:
        found.injected += read.parameters
    else:
        found.parameters += read.parameters


def _keep_imports(found: Reading, text: Text, read: ParameterCell, place: Place) -> None:
    if read.imports:
        _add_statements(found, replace(text, tree=ast.Module(list(read.imports), [])), place)


# other cells


def _parse_rest(found: Reading, cell: Cell, header: Header, place: Place) -> Text | None:
    """Parse a cell below its header. Every line keeps its number in the cell."""
    try:
        return parse_ordinary(blank(cell.source, header.line), found.stars)
    except SyntaxError as error:
        line = error.lineno or 1
        lines = lines_of(cell.source)
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        where = replace(place, line=line)
        found.problems.append(
            Problem("syntax", f"Python cannot read this: {error.msg.rstrip('.?')}", _correction(text), where)
        )
    return None


def _refuse_magic(found: Reading, text: Text, cell: Cell, problem: Problem) -> None:
    """Report the problem at the first magic."""
    if text.magic and problem.place:
        place = replace(problem.place, line=min(text.magic))
        found.problems.append(replace(problem, place=place, repair=move_statement(cell, place.line)))


def _read_shared(found: Reading, cell: Cell, header: Header, place: Place) -> None:
    text = _parse_rest(found, cell, header, place)
    if text is None:
        return
    fix = "Move it to an ordinary cell; worker processes have no IPython"
    _refuse_magic(found, text, cell, Problem("magic", "a shared cell cannot hold a magic", fix, place))
    names = names_of(text.tree)
    source = "\n".join(lines_of(text.source)[header.line :])
    start = replace(place, line=header.line + 1)
    bound = names.bound | ({"*"} if names.star_line else frozenset())
    found.shared.append(
        Definition(
            source,
            start,
            "constant" if header.language else "shared",  # steps in Python do not depend on code in R
            bound,
            names.free,
            code_digest(text.tree),
            names.modules,
            state=changed_by_calls(text.tree.body),
            assigns=assigned_by_calls(text.tree.body),
            held=names.held,
        )
    )


def _read_foreign(cell: Cell, header: Header, place: Place) -> Scratch:
    """Return the cell as scratch. The body of `%%timeit` is Python and binds names that a step may ask for; `%%bash` is
    not.
    """
    names: frozenset[str] = frozenset()
    if header.magic in PYTHON_MAGICS:
        try:
            names = names_of(parse_ordinary(blank(cell.source, header.line)).tree).bound
        except SyntaxError:
            names = frozenset()
    return Scratch(names, place, cell.source)


def _read_ordinary(found: Reading, cell: Cell, place: Place, header: Header | None = None) -> None:
    text = _parse_rest(found, cell, header or Header(), place)
    found.add_environment(*read_script_block(cell.source, place))
    if text is not None:
        _add_statements(found, text, place)


def _add_statements(found: Reading, text: Text, place: Place) -> None:
    found.parts += statements_of(text, replace(place, line=1), lazy_annotations=found.lazy)
