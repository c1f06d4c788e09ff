"""A script as the cells of a notebook that means the same."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbflow.flow.cells import read_flow
from nbflow.flow.checks import check
from nbflow.flow.code import names_of, parse
from nbflow.flow.graph import Graph, link
from nbflow.flow.step import Cell
from nbflow.importing.bodies import WRAPPER, fixed_words, loop_name, write_body
from nbflow.importing.definitions import Chunk, engine_names, helper_chunk, used_chunks
from nbflow.importing.design import Design, design_notebook, guard_name
from nbflow.importing.parameters import Values, write_parameters
from nbflow.importing.refusals import CannotCarryOver, Obstacle, Stuck
from nbflow.importing.source import Source
from nbflow.importing.words import Words, replace_words


@dataclass(frozen=True, slots=True)
class Draft:
    """One cell to be. `line` is where in the script it comes from, `step` the step that it is."""

    source: str
    markdown: bool = False
    line: int = 0
    step: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a step cell."""

    name: str
    foreach: str = ""
    join: str = ""
    guard: str = ""
    loop: str = ""
    options: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        after = [f"--after {','.join(self.after)}"] if self.after else []
        reads = [f"--in {','.join(self.reads)}"] if self.reads else []
        parts = [f"%%step {self.name}", *after, self.foreach, self.join, self.guard, self.loop, *reads, *self.options]
        return " ".join(part for part in parts if part)


def draft_notebook(source: Source, folder: Path) -> list[Draft]:
    """The cells of a notebook in `folder`. Raises CannotCarryOver."""
    try:
        design = design_notebook(source)
        return _draft(design, folder)
    except Stuck as stuck:
        raise CannotCarryOver(source.path, [stuck.obstacle]) from None


def _draft(design: Design, folder: Path) -> list[Draft]:
    bodies = {name: write_body(design, name) for name in design.kept}
    around = _around(design, bodies, folder)
    headers = {name: _header(design, name) for name in design.kept}
    for amend in (_amend_sources, _amend_scopes, _amend_order):
        graph = _graph(design, around, headers, bodies)
        amend(design, graph, headers, bodies)
    _refuse_problems(design, _graph(design, around, headers, bodies), around, headers, bodies)
    return _documented(design, around, headers, bodies)


# steps


def _header(design: Design, name: str) -> Header:
    step = design.steps[name]
    above = design.foreach_above(name)
    closed = design.closes(name) if step.method.is_join else None
    return Header(
        name,
        foreach=f"--foreach {design.items[name]} in {above[1].foreach}" if above else "",
        join=f"--join {closed}" if closed else "",
        guard=_guard(design, name),
        loop=f"--while {loop_name(design, name)}" if design.loop(name) else "",
        options=step.decoration.options,
    )


def _guard(design: Design, name: str) -> str:
    way, said = design.way(name), guard_name(design, name)
    if way is None:
        return ""
    if said:
        return f"--if {said}"
    condition, literal = design.condition(way.switch), way.literals[0]
    match literal:
        case bool():
            return f"--if {condition}" if literal else f"--if not {condition}"
        case str() if re.fullmatch(r"[A-Za-z_]\w*", literal) and literal not in ("True", "False", "None"):
            return f"--if {condition} == {literal}"
        case _:
            return f"--if {condition} == {literal!r}"


# the notebook as it stands


def _step_drafts(design: Design, headers: Mapping[str, Header], bodies: Mapping[str, str]) -> list[Draft]:
    return [
        Draft(f"{headers[name].text}\n{bodies[name]}", line=design.steps[name].method.place.line, step=name)
        for name in design.kept
    ]


def _cells(drafts: Iterable[Draft]) -> list[Cell]:
    return [Cell(number, draft.source) for number, draft in enumerate(drafts, 1)]


def _graph(
    design: Design, around: Sequence[Draft], headers: Mapping[str, Header], bodies: Mapping[str, str]
) -> Graph:
    cells = _cells([*around, *_step_drafts(design, headers, bodies)])
    return link(read_flow(cells, design.source.flow.name, design.source.path.name))


def _amend_sources(design: Design, graph: Graph, headers: dict[str, Header], bodies: dict[str, str]) -> None:
    """Where the nearest step above is not the one that a read means, name that one."""
    for name in design.kept:
        wrong = {one: writers for one, writers in _meant(design, name) if not _is_bound(graph, name, one, writers)}
        lines = [_named(design, graph, name, one, writers) for one, writers in sorted(wrong.items())]
        if lines:
            bodies[name] = "\n".join([*lines, bodies[name]])


def _meant(design: Design, name: str) -> Iterator[tuple[str, frozenset[str]]]:
    """What a step reads, and who has written it."""
    entering = design.seen.entering[name]
    wanted = set(design.reads[name])
    above = design.foreach_above(name)
    wanted |= {above[1].foreach or ""} if above else set()
    for one in sorted(wanted & design.artifacts & entering.keys()):
        yield one, entering[one]


def _is_bound(graph: Graph, name: str, artifact: str, writers: frozenset[str]) -> bool:
    """Whether the notebook would read it from the same steps; from one further up only if none of them ran."""
    binding = next((one for one in graph.links[name].bindings if one.name == artifact), None)
    if binding is None:
        return True
    nearest = set(binding.writers[: len(writers)])
    return nearest == writers or (len(writers) > 1 and bool(writers) and binding.writers[0] in writers and nearest <= writers)


def _named(design: Design, graph: Graph, name: str, artifact: str, writers: frozenset[str]) -> str:
    step = design.steps[name]
    writer = next(iter(writers))
    inside = step.method.is_join and design.closes(name)
    if len(writers) > 1 or inside or design.scope(writer) or writer not in design.kept or not _body_reads(design, name, artifact):
        binding = next(one for one in graph.links[name].bindings if one.name == artifact)
        message = f"step '{name}' reads self.{artifact} of {' or '.join(sorted(writers))}"
        message += f", and in a notebook it would be that of '{binding.writers[0]}', which stands nearer"
        fix = f"Give self.{artifact} another name in '{binding.writers[0]}' or in '{writer}'"
        raise Stuck(step.method.place.line, message, fix)
    left = artifact if name in design.plain else f"self.{artifact}"
    return f"{left} = inputs.{writer}.{artifact}"


def _body_reads(design: Design, name: str, artifact: str) -> bool:
    above = design.foreach_above(name)
    return above is None or above[1].foreach != artifact


def _amend_scopes(design: Design, graph: Graph, headers: dict[str, Header], bodies: dict[str, str]) -> None:
    """A step inside a foreach runs once per item only if it reads something of the item."""
    for name in design.kept:
        scope = design.scope(name)
        if scope and graph.links[name].scope != scope and not headers[name].foreach:
            step = graph.steps[name]
            reads = (step.reads | step.maybe_reads) & {one.name for one in graph.links[name].bindings}
            headers[name] = replace(headers[name], reads=tuple(sorted({design.items[scope[-1]], *reads})))


def _amend_order(design: Design, graph: Graph, headers: dict[str, Header], bodies: dict[str, str]) -> None:
    """What only the transitions of the script put in order, `--after` does."""
    before: dict[str, frozenset[str]] = {}
    for name in design.kept:
        upstream = set(graph.links[name].upstream)
        known = upstream.union(*(before[one] for one in upstream if one in before))
        parents = list(dict.fromkeys(design.above(name)))
        missing = [one for one in parents if one not in known and one != name]
        needed = [one for one in missing if not any(one in before[other] for other in missing)]
        headers[name] = replace(headers[name], after=tuple(needed))
        before[name] = frozenset(known.union(needed, *(before[one] for one in needed)))


def _refuse_problems(
    design: Design, graph: Graph, around: Sequence[Draft], headers: Mapping[str, Header], bodies: Mapping[str, str]
) -> None:
    """What is still wrong is said in the lines of the script."""
    drafts = [*around, *_step_drafts(design, headers, bodies)]
    found: list[Obstacle] = []
    for problem in check(graph):
        if not problem.warning:
            line = drafts[problem.place.cell - 1].line if problem.place else 0
            found.append(Obstacle(line, problem.message, problem.fix))
    for name in design.kept:
        if graph.links[name].scope != design.scope(name):
            message = f"step '{name}' would not run once per item in a notebook"
            found.append(Obstacle(design.steps[name].method.place.line, message, "Let it read self.input"))
    if found:
        raise CannotCarryOver(design.source.path, found)


# what stands around the steps


def _around(design: Design, bodies: Mapping[str, str], folder: Path) -> list[Draft]:
    source = design.source
    chunks = _definitions(design, bodies, folder)
    dropped = engine_names(source)
    for read, line in _reads(design, bodies, chunks):
        for name in sorted(read & dropped.keys()):
            fix = "Take it out, or make what it tells a parameter"
            raise Stuck(line, f"'{name}' of {_engine(source, name)} has no counterpart in a notebook", fix)
    imports = [chunk for chunk in chunks if chunk.kind == "import"]
    others = [chunk for chunk in chunks if chunk.kind != "import"]
    drafts = [Draft("%load_ext nbflow")]
    if imports:
        drafts.append(Draft("\n".join(chunk.text for chunk in imports), line=imports[0].line))
    drafts += _parameters(design, folder)
    return drafts + _shared_apart([*drafts], others)


def _engine(source: Source, name: str) -> str:
    nodes = (node for node in source.module if isinstance(node, ast.ImportFrom) and name in names_of(node).bound)
    return next((str(node.module) for node in nodes), "the script")


def _definitions(design: Design, bodies: Mapping[str, str], folder: Path) -> list[Chunk]:
    attributes = fixed_words(design) | {name: name for name in design.artifacts}
    helpers = [helper_chunk(helper, attributes) for helper in design.helpers.values()]
    every = [*design.module, *design.constants, *helpers]
    parameters = [*design.source.parameters]
    by_parameters = frozenset[str]().union(*(names_of(node.value).free for node in parameters))
    by_steps = frozenset[str]().union(*(names_of(body).free for body in bodies.values()))
    by_steps |= {leads.foreach or "" for leads in design.source.outline.nexts.values()}
    used = used_chunks(every, by_parameters, by_steps)
    if any(step.decoration.catch for step in design.steps.values() if step.kept is None):
        text = f"from nbflow.script.wrapper import {WRAPPER}"
        used.insert(0, Chunk(text, 0, "import", frozenset({WRAPPER}), frozenset()))
    return _with_file(design, used, folder)


def _with_file(design: Design, chunks: list[Chunk], folder: Path) -> list[Chunk]:
    """A notebook has no `__file__`; it stands in a folder, where its steps run."""
    relative = os.path.relpath(design.source.path.resolve(), folder.resolve())
    place = f'(Path.cwd() / "{Path(relative).as_posix()}")'
    found = [_without_file(chunk, place) for chunk in chunks]
    if found != chunks and not any("Path" in chunk.binds for chunk in chunks):
        text = "from pathlib import Path"
        found.insert(0, Chunk(text, 0, "import", frozenset({"Path"}), frozenset()))
    return found


def _without_file(chunk: Chunk, place: str) -> Chunk:
    if "__file__" not in chunk.reads:
        return chunk
    text = replace_words(chunk.text, Words(names={"__file__": f"str{place}"}))
    return replace(chunk, text=text.replace(f"Path(str{place})", place), reads=chunk.reads | {"Path"})


def _reads(design: Design, bodies: Mapping[str, str], chunks: Iterable[Chunk]) -> Iterator[tuple[frozenset[str], int]]:
    for name, body in bodies.items():
        step = design.steps[name]
        names = names_of(body).free
        yield names, _line_of(step.body, step.line, names & engine_names(design.source).keys())
    for chunk in chunks:
        yield chunk.reads, chunk.line


def _line_of(body: str, first: int, names: Iterable[str]) -> int:
    lines = (node.lineno for node in ast.walk(parse(body)) if isinstance(node, ast.Name) and node.id in names)
    return first + min(lines, default=1) - 1


def _parameters(design: Design, folder: Path) -> list[Draft]:
    nodes = list(design.source.parameters)
    if not nodes:
        return []
    constants: dict[str, ast.expr] = {}
    for node in (*design.source.module, *design.source.constants):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                constants[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                constants[name] = value
    lines = write_parameters(nodes, Values(constants, design.source.path, folder))
    return [Draft("\n".join(["%%parameters", *lines]), line=nodes[0].lineno)]


def _shared_apart(before: list[Draft], chunks: Sequence[Chunk]) -> list[Draft]:
    """Definitions in ordinary cells; what only runs as a script is imported goes into shared ones."""
    shared: frozenset[int] = frozenset()
    while True:
        drafts = _grouped(chunks, shared)
        flow = read_flow(_cells([*before, *drafts]), "", "")
        scratch = {drafts[one.place.cell - 1 - len(before)].line for one in flow.scratch if one.place.cell > len(before)}
        new = frozenset(at for at, chunk in enumerate(chunks) if at not in shared and _is_scratch(chunk, flow.scratch, scratch))
        if not new:
            return drafts
        shared |= new


def _is_scratch(chunk: Chunk, scratch: Iterable[object], lines: set[int]) -> bool:
    return any(getattr(one, "source", None) == _statement(chunk) for one in scratch)


def _statement(chunk: Chunk) -> str:
    node = parse(chunk.text).body[0]
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    return "\n".join(chunk.text.splitlines()[first - 1 :])


def _grouped(chunks: Sequence[Chunk], shared: frozenset[int]) -> list[Draft]:
    """A function or a class is a cell of its own; assignments that follow one another are one cell."""
    drafts: list[Draft] = []
    last = ""
    for at, chunk in enumerate(chunks):
        kind = "shared" if at in shared else "constant" if "\ndef " not in f"\n{chunk.text}" and _is_simple(chunk) else "own"
        if drafts and kind == last and kind != "own":
            drafts[-1] = replace(drafts[-1], source=f"{drafts[-1].source}\n{chunk.text}")
        else:
            drafts.append(Draft(f"%%shared\n{chunk.text}" if kind == "shared" else chunk.text, line=chunk.line))
        last = kind
    return drafts


def _is_simple(chunk: Chunk) -> bool:
    return not isinstance(parse(chunk.text).body[0], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


# text


def _documented(
    design: Design, around: Sequence[Draft], headers: Mapping[str, Header], bodies: Mapping[str, str]
) -> list[Draft]:
    steps = {draft.step: draft for draft in _step_drafts(design, headers, bodies)}
    drafts = [Draft(_title(design), markdown=True), *around]
    for name in design.source.outline.order:
        if name not in steps and design.steps[name].method.doc and name == design.source.script.start:
            drafts[0] = replace(drafts[0], source=f"{drafts[0].source}\n\n{design.steps[name].method.doc}")
    for name in design.kept:
        doc = design.steps[name].method.doc
        drafts += [Draft(doc, markdown=True, line=steps[name].line)] if doc else []
        drafts.append(steps[name])
    return drafts


def _title(design: Design) -> str:
    source = design.source
    texts = (f"# {source.flow.name}", ast.get_docstring(source.tree), ast.get_docstring(source.flow))
    return "\n\n".join(text.strip() for text in texts if text and text.strip())
