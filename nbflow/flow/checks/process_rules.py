"""Checks steps that change their process: other cells of the notebook see the change, other steps do not."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from nbflow.flow.effects.repeating import differs_by_process
from nbflow.flow.effects.statement_effects import KnownEffects, Touched, executed
from nbflow.flow.effects.touching import touch
from nbflow.flow.graph.graph import Graph, reach
from nbflow.flow.names.code import names_of, parse
from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.source.cell import Problem, shortened
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.possible_repairs import cell_at, move_statement
from nbflow.flow.syntax.specs import StepSpec

_WORDS = (
    *("environ", "env(", "chdir", "umask", "sys.", "options", "rcParams", ".rc", ".use", "filter", "basicConfig"),
    *("isable", "nable", "register", "config", "apply", "install", "signal", "getcontext", "patch", "locale"),
    *("autolog", "Handler", "Filter"),
)
_SET = re.compile(r"(?<!\.)\bset\w|\.set(?!_index|_title|_[xyz]|_ticks|_aspect|_axis)")
_WORD = re.compile(r"\w+")
_ATTRIBUTE = re.compile(r"\.\w+ = ")


def _may_set(text: str, names: AbstractSet[str] = frozenset()) -> bool:
    """Return whether a statement may set something: a fast test before the exact one.

    `names` are names whose functions set something.
    """
    return _sets_by_itself(text) or (bool(names) and not names.isdisjoint(_WORD.findall(text)))


@lru_cache(4096)
def _sets_by_itself(text: str) -> bool:
    is_named = any(word in text for word in _WORDS)
    return is_named or bool(_ATTRIBUTE.search(text) or ("set" in text and _SET.search(text)))


_FILES = frozenset({"makedirs", "mkdir", "removedirs"})
_LONGEST = 48
"""The most characters of a statement that a message shows."""
_PATHS = frozenset({"Path", "join", "joinpath", "str", "exists", "isdir", "is_dir"})
_BINDING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)


def settings_in_steps(graph: Graph) -> Iterator[Problem]:
    """Find settings in steps: they end with the step, while in the notebook they stay."""
    steps = [*graph.steps.values()]
    setters = [one for one in graph.prelude.definitions if _may_set(one.source)]
    names = {name for one in setters for name in one.names}
    below = {step.name: number for number, step in enumerate(steps, 1) if _may_set(step.source.body, names)}
    known = KnownEffects()
    suspects = [step for step in steps[:-1] if step.name in below]
    concerned: list[Definition | StepSpec] = [*graph.prelude.definitions, *suspects] if suspects else []
    for one in sorted(concerned, key=lambda one: one.place):
        if isinstance(one, Definition):
            for node in parse(one.source).body:
                known.add(node, one.names, touch(node, known))
        else:
            yield from _settings(graph, one, islice(steps, below[one.name], None), known.extended({}, {}), names)


def _settings(
    graph: Graph, step: StepSpec, below: Iterable[StepSpec], known: KnownEffects, names: set[str]
) -> Iterator[Problem]:
    try:
        nodes = parse(step.source.body).body
    except (SyntaxError, ValueError):
        return
    lines = lines_of(step.source.body)
    back = _goes_back(step.source.body)
    found: list[tuple[ast.stmt, frozenset[str]]] = []
    made: set[str] = set()  # the packages that its values may come from
    for node in nodes:
        if back and "chdir(" in lines[node.lineno - 1]:
            continue
        if _may_set("\n".join(lines[node.lineno - 1 : node.end_lineno]), names) and _sets(node, known):
            found.append((node, _roots(node, known)))
        else:
            made |= _roots(node, known)
        if isinstance(node, _BINDING):
            known.add(node, (), Touched())
    below = [*below] if found else []
    for node, roots in found:
        reader = next((one for one in below if _shares(graph, one, roots, {step.name: made})), None)
        if reader is not None:
            yield _told(graph, step, node, reader)


def _sets(node: ast.stmt, known: KnownEffects) -> bool:
    return touch(node, known).setting and not _only_makes_folders(node)


_REMEMBERED = re.compile(r"\b(\w+) *= *(?:os\.getcwd|(?:pathlib\.)?Path\.cwd)\(\)")


def _goes_back(body: str) -> bool:
    """Return whether the last change of folder leads back to a folder that the body stored before."""
    last = body.rpartition("chdir(")[2].partition(")")[0].strip()
    return last in _REMEMBERED.findall(body)


def _told(graph: Graph, step: StepSpec, node: ast.stmt, reader: StepSpec) -> Problem:
    words = shortened(lines_of(ast.unparse(node))[0], _LONGEST)
    message = f"`{words}` changes only the process of step '{step.name}': step '{reader.name}' does not see it"
    fix = "Write it in an ordinary cell above both, below the import that it needs, or in each step that needs it"
    place = replace(step.place, line=step.source.body_line + node.lineno - 1)
    is_apart = names_of([node]).free <= graph.prelude.seen_from(step.place).names | BUILTINS
    repair = move_statement(cell_at(graph.flow.cells, place.cell), place.line) if is_apart else None
    return Problem("setting-in-step", message, fix, place, step.name, warning=True, repair=repair)


def _roots(node: ast.stmt, known: KnownEffects) -> frozenset[str]:
    """Return the packages that a statement uses; the standard library counts as one."""
    names = {inner.id for inner in every_node(node) if isinstance(inner, ast.Name)}
    roots = {known.origins[name].partition(".")[0] for name in names & known.origins.keys()}
    return frozenset("" if root in sys.stdlib_module_names else root for root in roots)


def _shares(graph: Graph, step: StepSpec, roots: frozenset[str], made: Mapping[str, Collection[str]]) -> bool:
    """Return whether a step uses one of these packages. Settings of Python itself matter to every step.

    The values that a step reads may come from a package that it does not name. Settings of figure packages matter to
    such values only if the step draws.
    """
    if "" in roots or not roots or not roots.isdisjoint(_packages(graph, step.name)):
        return True
    if not _DRAWS.search(step.source.body):
        roots -= _FOR_FIGURES
    above = reach((step.name,), lambda name: [one for read in graph.links[name].bindings for one in read.writers])
    return any(
        not roots.isdisjoint(made[name] if name in made else _packages(graph, name)) for name in above - {step.name}
    )


def _packages(graph: Graph, name: str) -> set[str]:
    modules = graph.steps[name].source.modules.union(
        *(one.modules for one in graph.closure(name)), _imported(graph, name)
    )
    return {module.partition(".")[0] for module in modules}


def _imported(graph: Graph, name: str) -> Iterator[str]:
    """Yield the origins of modules that a step above imports and changes, which are passed on like other values."""
    for read in graph.links[name].bindings:
        for writer in read.writers:
            yield from (origin for bound, origin in graph.steps[writer].names.imports if bound == read.name)


_FOR_FIGURES = frozenset({"matplotlib", "seaborn", "plotly", "bokeh", "altair"})
_DRAWS = re.compile(r"\.(?:plot|hist|boxplot|scatter|show|savefig|figure|bar|imshow)\b")


def _only_makes_folders(node: ast.stmt) -> bool:
    """Return whether a statement only makes folders, which does not change the process."""
    called = [inner.func for inner in executed(node) if isinstance(inner, ast.Call)]
    names = [one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in called]
    return not _FILES.isdisjoint(names) and _FILES.union(_PATHS).issuperset(names)


def values_of_workers(graph: Graph) -> Iterator[Problem]:
    """Find values of `%%shared` cells that each worker makes for itself, although several steps read them."""
    known = KnownEffects()
    for one in graph.prelude.definitions if any(one.kind == "shared" for one in graph.prelude.definitions) else ():
        for node in parse(one.source).body:
            if one.kind == "shared" and isinstance(node, ast.Assign | ast.AnnAssign) and ".seed(" not in one.source:
                yield from _differing(graph, one, node, known)
            known.add(node, names_of([node]).writes, Touched())


def _differing(
    graph: Graph, shared: Definition, node: ast.Assign | ast.AnnAssign, known: KnownEffects
) -> Iterator[Problem]:
    if not differs_by_process(node, known.origins):
        return
    for name in sorted(names_of([node]).writes):
        readers = [step for step, linked in graph.links.items() if name in linked.prelude]
        if len(readers) > 1:
            message = (
                f"each worker makes its own '{name}': steps '{readers[0]}' and '{readers[1]}' may see different ones"
            )
            place = replace(shared.place, line=shared.place.line + node.lineno - 1)
            yield Problem("differs-by-worker", message, f"Assign '{name}' in a step", place, warning=True)


PROCESS_RULES = (settings_in_steps, values_of_workers)
