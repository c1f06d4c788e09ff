"""Writes the body of a step method as the body of a cell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbflow.export.text_layout import indent_block
from nbflow.flow.names.code import names_of, parse
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.specs import Next, NextKind
from nbflow.importing.cells.renaming import Rewriting, local_item, replace_inside
from nbflow.importing.design.decisions import Design
from nbflow.importing.design.items import item_name, item_statement
from nbflow.importing.reading.definitions import engine_import, is_engine
from nbflow.importing.reading.methods import StepText, merge_call
from nbflow.importing.refusals import ObstacleFound

_CARD = re.compile(r"\bcurrent\.card(?:\[[^\]]*\])?\.(append|extend)\(")


def write_cell_body(design: Design, name: str) -> str:
    """Return the body of a cell. Raises ObstacleFound."""
    step = design.steps[name]
    plain = name in design.plain
    rewriting = Rewriting(design, step, plain, _own(step) if plain else frozenset())
    text = _with_display(replace_inside(rewriting, _edited(rewriting)))
    text = _caught(rewriting, text)
    text = "\n".join(part for part in (step.above, *_first(rewriting), text.strip("\n"), *_last(rewriting)) if part)
    return text if parse(text).body else f"{text}\npass".strip()


def _with_display(text: str) -> str:
    """Replace calls that add to a card by `display`: a notebook keeps what a step displays."""
    return _CARD.sub(lambda found: "display(" + ("*" if found[1] == "extend" else ""), text)


# lines


def _edited(rewriting: Rewriting) -> str:
    """Return the body without statements that a header replaces or that only pass names on."""
    step = rewriting.step
    lines: list[str | None] = list(lines_of(step.body))
    for node, text in _edits(rewriting):
        first, last = node.lineno, node.end_lineno or node.lineno
        if not _stands_alone(lines_of(step.body), node):
            line = step.line + first - 1
            raise ObstacleFound(line, f"'{ast.unparse(node)}' is not alone on its line", "Put it on a line of its own")
        lines[first - 1] = indent_block(text, node.col_offset) if text else None
        lines[first:last] = [None] * (last - first)
    return "\n".join(line for line in lines if line is not None)


def _stands_alone(lines: list[str], node: ast.stmt) -> bool:
    before = lines[node.lineno - 1].encode()[: node.col_offset]
    behind = lines[(node.end_lineno or node.lineno) - 1].encode()[node.end_col_offset :].strip()
    return not before.strip() and (not behind or behind.startswith(b"#"))


def _edits(rewriting: Rewriting) -> Iterator[tuple[ast.stmt, str]]:
    step, design = rewriting.step, rewriting.design
    tree = step.tree
    if rewriting.plain and step.name in design.items:
        node = item_statement(step)
        if node is not None and item_name(step) in (design.items[step.name], local_item(step)):
            yield node, ""
    yield from ((node, "") for node in tree.body if isinstance(node, ast.Pass))
    yield from ((node, _client_import(step, node)) for node in every_node(tree) if is_engine(node))
    yield from ((node, "") for node in tree.body if rewriting.plain and _carries(node) in rewriting.own)
    on_top = {id(one) for one in tree.body}
    for one in every_node(tree):
        if isinstance(one, ast.stmt) and merge_call(one) is not None:
            brought = design.seen.brought.get(step.name, ())
            text = "\n".join(_brought(name, certain=name in design.seen.brings_always[step.name]) for name in brought)
            yield one, text or ("" if id(one) in on_top else "pass")


def _client_import(step: StepText, node: ast.Import | ast.ImportFrom) -> str:
    """Return what a cell still imports of an engine: only the classes that read runs."""
    text = engine_import(node)
    if not isinstance(node, ast.ImportFrom) or len(names_of(parse(text)).bound) < len(node.names):
        line = step.line + node.lineno - 1
        raise ObstacleFound(line, f"'{ast.unparse(node)}' imports something that a notebook does not have", "Remove it")
    return text


def _brought(name: str, *, certain: bool) -> str:
    """Return the statement that takes an artifact from the inputs; after a switch, only some of them may have it."""
    if certain:
        return f"self.{name} = inputs[0].{name}"
    return f'for _task in inputs:\n    if hasattr(_task, "{name}"):\n        self.{name} = _task.{name}'


def _own(step: StepText) -> frozenset[str]:
    """Return locals that stand for an artifact everywhere: read from `self` first, or written to it last."""
    body = step.tree.body
    on_top = _leading(body, reads=True)
    at_end = _leading(body[::-1], reads=False)
    return frozenset(name for name in {*on_top, *at_end} if _is_one_thing(step, name, name in on_top, name in at_end))


def _leading(statements: list[ast.stmt], *, reads: bool) -> list[str]:
    found: list[str] = []
    for node in statements:
        name = _carries(node)
        if name is None or isinstance(node.targets[0], ast.Name) is not reads:  # type: ignore[attr-defined]
            break
        found.append(name)
    return found


def _carries(node: ast.stmt) -> str | None:
    """Return `x` for `x = self.x` and for `self.x = x`."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute(value=ast.Name(id="self"), attr=attr)):
            return name if name == attr else None
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=attr)], value=ast.Name(id=name)):
            return name if name == attr else None
        case _:
            return None


def _is_one_thing(step: StepText, name: str, on_top: bool, at_end: bool) -> bool:
    tree = step.tree
    carried = on_top + at_end
    attributes = sum(
        isinstance(node, ast.Attribute) and ast.unparse(node) == f"self.{name}" for node in every_node(tree)
    )
    stored = sum(
        isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
        for node in every_node(tree)
    )
    return attributes == carried and (at_end or stored == 1)


# what is added


def _first(rewriting: Rewriting) -> Iterator[str]:
    environment = rewriting.step.decoration.environment
    if environment:
        if not any("os" in chunk.binds for chunk in rewriting.design.module):
            yield "import os\n"
        yield f"os.environ.update({environment!r})"


def _last(rewriting: Rewriting) -> Iterator[str]:
    design, name = rewriting.design, rewriting.step.name
    for one in sorted(design.hands_on.get(name, ())):
        yield f"{rewriting.artifact(one)} = {rewriting.artifact(one)}  # for the {_reader(design, name, one)}"
    for said, way in design.says.get(name, {}).items():
        yield f"{rewriting.artifact(said)} = {_holds(rewriting, way.literals)}"
    if design.loop(name) and loop_name(design, name) != design.condition(name):
        yield f"{rewriting.artifact(loop_name(design, name))} = {_holds(rewriting, design.loop(name))}"
    if not rewriting.plain:
        yield from _transition(rewriting)


def _reader(design: Design, name: str, artifact: str) -> str:
    return "foreach" if artifact == design.source.outline.nexts[name].foreach else "join"


def _holds(rewriting: Rewriting, literals: tuple[object, ...]) -> str:
    condition = rewriting.artifact(rewriting.design.condition(rewriting.step.name))
    return f"{condition} == {literals[0]!r}" if len(literals) == 1 else f"{condition} in {literals!r}"


def loop_name(design: Design, name: str) -> str:
    """Return the artifact that a loop tests: that of the switch, if the loop continues while it is true."""
    return design.condition(name) if design.loop(name) == (True,) else f"{name}_again"


def _transition(rewriting: Rewriting) -> Iterator[str]:
    """Yield `self.next` without what the headers of the next steps say already."""
    design, name = rewriting.design, rewriting.step.name
    leads = design.source.outline.nexts.get(name)
    if leads is not None and leads.kind is not NextKind.SWITCH and set(leads.targets) <= set(design.kept):
        yield _call(leads)


def _call(leads: Next) -> str:
    targets = ", ".join(f"self.{target}" for target in leads.targets)
    return f"self.next({targets}, foreach={leads.foreach!r})" if leads.foreach else f"self.next({targets})"


WRAPPER = "MetaflowExceptionWrapper"


def _caught(rewriting: Rewriting, text: str) -> str:
    """Wrap the body so that a failure becomes an artifact after all retries, as `@catch` does."""
    decoration = rewriting.step.decoration
    if decoration.catch is None:
        return text
    artifact = rewriting.artifact(decoration.catch)
    done = [f"{artifact} = None"] if decoration.catch else []
    failed = f"{artifact} = {WRAPPER}(_error)" if decoration.catch else "print(repr(_error))"
    tried = [text, *done, *(["break"] if decoration.retries else [])]
    lines = ["try:", indent_block("\n".join(tried), 4), "except Exception as _error:", f"    {failed}"]
    if not decoration.retries:
        return "\n".join(lines)
    return "\n".join([f"for _attempt in range({1 + decoration.retries}):", indent_block("\n".join(lines), 4)])
