"""Refuses what a notebook may do and a script may not: one function per rule, each with its message and its fix."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from nbflow.export.hoisting import is_written, modules_written
from nbflow.export.plan.join_inputs_plan import names_asked_of_tasks
from nbflow.export.plan.name_usage import Usage, bound_names
from nbflow.export.plan.plan_shape import is_caught
from nbflow.export.plan.seeding import names_at_top
from nbflow.flow.checks.rules import check_flow
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.flowspec.class_rules import RESERVED_NAMES
from nbflow.flow.graph.branch_reads import INPUTS
from nbflow.flow.graph.graph import Graph, Passage
from nbflow.flow.names.code import awaiting_line, names_of, parse
from nbflow.flow.names.kept_state import assigned_by_calls
from nbflow.flow.names.strings import evaluated, of_shell
from nbflow.flow.source.cell import Problem
from nbflow.flow.source.ipython import is_capture
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.environment_braces import has_braces
from nbflow.flow.syntax.environment_words import is_version
from nbflow.flow.syntax.places import listed, problem
from nbflow.flow.syntax.specs import COLLECTIONS, StepSpec
from nbflow.script.inputs.parameters import RESERVED_OPTIONS as RESERVED_PARAMETERS

_Rule = Callable[[Usage], Iterator[Problem]]


def mistakes(graph: Graph) -> tuple[Problem, ...]:
    """Return the errors of a flow. Cells that are not valid Python are among them, so they are checked first."""
    return tuple(one for one in check_flow(graph) if not one.warning)


def refusals(usage: Usage) -> tuple[Problem, ...]:
    """Return what no script can express."""
    return tuple(one for rule in _RULES for one in rule(usage))


def _step_names(usage: Usage) -> Iterator[Problem]:
    for step in usage.graph.steps.values():
        if step.name in RESERVED_NAMES or not re.fullmatch(r"[a-z0-9][a-z0-9_]*", step.name):
            message = f"'{step.name}' cannot be the name of a step of a script"
            if step.name in RESERVED_NAMES:
                fix = f"FlowSpec uses this name itself: rename the step, for example to {step.name}_step"
            else:
                fix = f"Use small letters a-z, digits and _, and no _ in front, for example {_small(step.name)}"
            yield problem("step-name", step, message, fix)


def environments_in_files(usage: Usage) -> Iterator[Problem]:
    """Yield steps whose environment no decorator can express."""
    for step in usage.graph.steps.values():
        for word in (one for one in step.options.env or () if not (has_braces(one) or is_version(one))):
            message = f"step '{step.name}' runs with '{word}', and @pypi of a script names packages with versions"
            yield problem("environment", step, message, "Write the packages and their versions into the header")


def _small(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return re.sub(r"[^a-z0-9]+", "_", words).strip("_") or "clean"


_ENDS = frozenset({"start", "end"})
"""Names the steps that every script has."""


def artifact_names(usage: Usage) -> Iterator[Problem]:
    for step in usage.graph.steps.values():
        if INPUTS in step.names.writes:
            message = f"step '{step.name}' assigns '{INPUTS}', which in a script is the name for the branches of a join"
            yield problem("artifact-name", step, message, f"Rename it, for example to my_{INPUTS}", name=INPUTS)
        native = {"input"} if step.metaflow and step.control.foreach else set()
        for store in usage.stores(step):
            if store.attribute in (RESERVED_NAMES | _ENDS) - native:
                message = f"step '{step.name}' passes on '{store.name}', which is the name of a part of FlowSpec"
                fix = f"Rename it, for example to my_{store.name}"
                yield problem("artifact-name", step, message, fix, name=store.name)


def parameter_names(usage: Usage) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for parameter in usage.graph.flow.parameters:
        folded = parameter.name.lower()
        if parameter.name in RESERVED_NAMES | _ENDS or folded.replace("_", "-") in RESERVED_PARAMETERS:
            message = f"'{parameter.name}' cannot be the name of a parameter of a script"
            fix = f"FlowSpec uses this name itself: rename it, for example to my_{parameter.name}"
            yield Problem("parameter-name", message, fix, parameter.place)
        elif folded in seen:
            message = f"parameters '{seen[folded]}' and '{parameter.name}' differ only in case, which a script ignores"
            yield Problem("parameter-name", message, "Rename one of them", parameter.place)
        seen.setdefault(folded, parameter.name)


def parameter_defaults(usage: Usage) -> Iterator[Problem]:
    """Yield defaults of lists or dicts that cannot be written as text and read again."""
    for parameter in usage.graph.flow.parameters:
        if parameter.type not in COLLECTIONS or parameter.default is None:
            continue
        try:
            ast.literal_eval(repr(parameter.default))
        except ValueError:
            message = f"the default of parameter '{parameter.name}' cannot be written as text"
            fix = "Keep only numbers, texts, tuples, lists and dicts"
            yield Problem("parameter-default", message, fix, parameter.place)


def loops_that_may_fail(usage: Usage) -> Iterator[Problem]:
    for step in usage.graph.steps.values():
        if step.control.loop and is_caught(usage.graph, step):
            message = f"step '{step.name}' is a loop whose failures are allowed, which a script cannot express"
            fix = "Remove --allow-failures, or put the loop inside the step"
            yield problem("loop-failures", step, message, fix)


def dynamic_writes(usage: Usage) -> Iterator[Problem]:
    """Yield names that `exec` or `globals()` binds: a method cannot bind names that way."""
    for step in usage.graph.steps.values():
        executed = _executed(step)
        known = (bound_names(step) - executed) | {load.name for load in usage.loads(step)}
        known |= {step.control.foreach.var} if step.control.foreach else set()
        handed = {store.name for store in usage.stores(step) if not step.metaflow}
        for name in sorted(handed - known - usage.graph.prelude.names - GENERATORS):
            message = f"step '{step.name}' passes on '{name}', but none of its statements assigns it"
            yield problem("dynamic-write", step, message, f"Assign '{name}' in the body")
        for name in sorted(executed - handed):
            message = f"step '{step.name}' binds '{name}' with exec(), which is impossible in a method"
            yield problem("dynamic-write", step, message, f"Assign '{name}' in the body", name="exec")


def done_below_only(usage: Usage) -> Iterator[Problem]:
    """Yield cells below a step that would act on it: a script executes its whole top before all steps."""
    graph = usage.graph
    seen: set[int] = set()
    for name in graph.links:
        own = {id(one) for one in graph.closure(name)}
        known = {one.code for one in graph.closure(name) if one.kind in ("import", "function")}
        for one in graph.prelude.closure(names_at_top(graph, graph.steps[name])):
            is_new = id(one) not in own | seen and one.code not in known
            if is_new and graph.passage is Passage.BY_NAME and not _is_harmless(one):
                seen.add(id(one))
                message = f"a script would do this before step '{name}', which is above this cell"
                yield Problem("done-below", message, _fix_for_done_below(graph, one, graph.steps[name]), one.place)


def defined_after_use(graph: Graph) -> tuple[Problem, ...]:
    """Return names with two meanings in one method. It is checked before definitions move to the top."""
    found: list[Problem] = []
    for name, step in graph.steps.items():
        own = graph.defined_in(name)
        for one in sorted(graph.links[name].prelude & own):
            if len(graph.prelude.places[one]) > 1:
                message = f"step '{name}' uses '{one}' and then defines it again"
                found.append(
                    problem("done-below", step, message, f"Define it under another name than '{one}'", name=one)
                )
    return tuple(found)


def _fix_for_done_below(graph: Graph, one: Definition, above: StepSpec) -> str:
    """Return the fix: a constant that a step changes can be an artifact; functions and classes cannot."""
    again = frozenset(name for name in one.names if len(graph.prelude.places[name]) > 1) if "*" not in one.names else ()
    concerned = sorted(one.changes.union(again) - graph.prelude.imported)
    if code := [name for name in concerned if graph.prelude.is_code(name)]:
        return f"Define it under another name than '{code[0]}', and use that in the steps below"
    if concerned:
        return f"Define '{concerned[0]}' in a step of its own, and do this in another, so that it is an artifact"
    return f"Move it above cell {above.place.cell}, or into the steps that need it"


def _is_harmless(one: Definition) -> bool:
    """Tell whether a statement only moves random generators, which each drawing step sets again, or is a __future__."""
    if "__future__" in one.modules:
        return True
    return bool(one.names) and one.names <= GENERATORS and not one.setting and not one.changes


def computed_from_parameters(usage: Usage) -> Iterator[Problem]:
    """Yield definitions that need a parameter: a script knows its parameters only in the steps."""
    graph = usage.graph
    parameters = {parameter.name for parameter in graph.flow.parameters}
    for one in dict.fromkeys(_all_at_top(graph)) if parameters else ():
        if one.kind != "import":
            for name in sorted(names_of(one.source).now & parameters):
                message = f"this needs parameter '{name}', which in a script only steps can use"
                yield Problem("parameter-use", message, "Compute it in a step", one.place)


def defined_from_artifacts(usage: Usage) -> Iterator[Problem]:
    """Yield definitions that need an artifact: the top of a script is executed before all steps."""
    for one in dict.fromkeys(_all_at_top(usage.graph)):
        for name in sorted(one.takes):
            message = f"this needs artifact '{name}' to be defined, which in a script exists only in steps"
            fix = f"Write  %%step {min(one.names)}_code  on top of cell {one.place.cell}"
            yield Problem("artifact-use", message, fix, one.place)


def imports_of_written_modules(usage: Usage) -> Iterator[Problem]:
    """Yield imports of modules that a step writes: the top of a script imports before any step has run."""
    graph, written = usage.graph, modules_written(usage.graph)
    for name, step in graph.steps.items() if written else ():
        for one in graph.prelude_of(name).closure(names_at_top(graph, step)):
            if is_written(one, written):
                message = f"step '{name}' uses {listed(one.names)}, a module that a step writes"
                fix = f"Import it in step '{name}' itself, as a script imports all else before the first step"
                yield problem("written-module", step, message, fix, name=min(one.names))


def _all_at_top(graph: Graph) -> Iterator[Definition]:
    for name, step in graph.steps.items():
        yield from graph.prelude_of(name).closure(names_at_top(graph, step))


def state_of_the_prelude(usage: Usage) -> Iterator[Problem]:
    """Yield changes of the prelude: the top of a script exists once per process, so others would see the change."""
    graph = usage.graph
    for step in graph.steps.values():
        for name in sorted(_changes_of_prelude(graph, step)):
            other = next(one for one in graph.prelude.definitions if name in one.names)
            message = f"step '{step.name}' changes '{name}', which cell {other.place.cell} defines"
            if graph.prelude.is_code(name):
                fix = "A script cannot pass that on: keep what changes in an artifact, and give it to the function"
            elif name in _assigned_through_global(graph, step):
                fix = f"Define '{name}' in a step of its own, let the function return the value, and write '{name} = …'"
            else:
                fix = f"Define '{name}' in a step of its own, so that it is an artifact"
            yield problem("prelude-state", step, message, fix, name=name)
        for name in sorted(_assigned_by_functions(graph, step)):
            message = f"step '{step.name}' calls a function that assigns '{name}' with a global statement"
            fix = f"Let the function return the value, and write '{name} = …' in the step: a method does not see it"
            yield problem("prelude-state", step, message, fix, name=name)


def state_of_functions(usage: Usage) -> Iterator[Problem]:
    """Yield functions that assign a global name: called by another step, they would assign it in the wrong method."""
    graph = usage.graph
    for step in graph.steps.values():
        handed = {one.name for linked in graph.links.values() for one in linked.bindings if step.name in one.writers}
        body = parse(step.source.body).body if "global " in step.source.body and not step.metaflow else []
        functions = [one for one in body if isinstance(one, ast.FunctionDef) and one.name in handed]
        for name in sorted(assigned_by_calls(functions) & graph.links[step.name].writes):
            message = f"step '{step.name}' defines a function that assigns '{name}' with a global statement"
            fix = f"Let the function return the value, and write '{name} = …' in the steps that call it"
            yield problem("function-state", step, message, fix, name=name)


def _assigned_by_functions(graph: Graph, step: StepSpec) -> frozenset[str]:
    """Return the artifacts that functions of the prelude assign, and not only change."""
    return _assigned_through_global(graph, step) & graph.links[step.name].writes - graph.prelude.names


def _assigned_through_global(graph: Graph, step: StepSpec) -> frozenset[str]:
    called = graph.prelude_of(step.name).reached(graph.links[step.name].prelude)
    return frozenset().union(*(one.assigns for one in called))


def _changes_of_prelude(graph: Graph, step: StepSpec) -> frozenset[str]:
    """Return names of the prelude that a step binds to something else, without imports that are the same."""
    imports = {name for name, _ in step.names.imports}
    return (graph.links[step.name].writes & graph.prelude.names) - imports - graph.prelude.imported - GENERATORS


def functions_that_look_below(usage: Usage) -> Iterator[Problem]:
    """Yield functions in artifacts that read what a later step binds: in a method they keep what it gave them."""
    graph = usage.graph
    order = {name: at for at, name in enumerate(graph.steps)}
    for step in graph.steps.values():
        own = step.names_in(split=True) | step.names_in(split=False) | usage.shared(step)
        own |= graph.links[step.name].carried | GENERATORS  # what it only changes, by another name; states
        own |= graph.links[step.name].passing  # what its functions assign, which is refused elsewhere
        for binding in graph.links[step.name].bindings:
            if binding.name in own:
                continue
            makers = [
                one.name for one in graph.steps.values() if any(binding.name in held.free for held in one.names.holds)
            ]
            newest = step.name if binding.name in step.names.writes else binding.writers[0]
            if not makers or any(order[newest] > order[maker] for maker in makers if order[maker] < order[step.name]):
                message = f"step '{step.name}' may call a function of an artifact that reads '{binding.name}'"
                message += f", which step '{newest}' has bound since the function was made"
                fix = f"Give '{binding.name}' to the function as an argument"
                yield problem("function-reads", step, message, fix)


def names_that_may_be_deleted(usage: Usage) -> Iterator[Problem]:
    """Yield names that a step may delete: in a notebook `del` ends a name, but an attribute of `self` stays."""
    graph = usage.graph
    for name, linked in graph.links.items():
        for binding in linked.bindings:
            enders = [writer for writer in binding.writers if binding.name in graph.links[writer].ends]
            if enders:
                message = f"step '{name}' reads '{binding.name}', which step '{enders[0]}' may delete"
                fix = f"Set '{binding.name}' to None in '{enders[0]}' instead of deleting it"
                yield problem("deleted", graph.steps[enders[0]], message, fix, name=binding.name)


def _executed(step: StepSpec) -> frozenset[str]:
    """Return names that `exec("x = 1")` binds, which a method loses after the call."""
    calls = (node for node in every_node(parse(step.source.body)) if isinstance(node, ast.Call))
    return frozenset().union(*(names_of(evaluated(call)).bound for call in calls))


def looks_into_globals(usage: Usage) -> Iterator[Problem]:
    """Yield steps that read globals(): in a notebook it has what steps have bound."""
    for step in usage.graph.steps.values():
        if any(
            ast.unparse(node) == "globals()"
            for node in every_node(parse(step.source.body))
            if isinstance(node, ast.Call)
        ):
            message = f"step '{step.name}' reads globals(), which in a method contains other names"
            yield problem("globals", step, message, "Use the names themselves, or locals()", name="globals")


def sentinels(usage: Usage) -> Iterator[Problem]:
    """Yield steps that may store an `object()` of the prelude: each process of a script has another one."""
    for step in usage.graph.steps.values():
        made = {name for one in usage.graph.closure(step.name) if _makes_objects(one) for name in one.names}
        for name in sorted(made & _handed_over(step)):
            message = (
                f"step '{step.name}' may store '{name}', an object() that is another one in each process of a script"
            )
            yield problem("sentinel", step, message, f"Make '{name}' a text or the member of an Enum", name=name)


def _makes_objects(definition: Definition) -> bool:
    calls = (node for node in every_node(parse(definition.source)) if isinstance(node, ast.Call))
    return definition.kind == "constant" and any(ast.unparse(call) == "object()" for call in calls)


def _handed_over(step: StepSpec) -> set[str]:
    """Return the names that a body reads outside of comparisons."""
    nodes = list(every_node(parse(step.source.body)))
    compared = {id(inner) for node in nodes if isinstance(node, ast.Compare) for inner in every_node(node)}
    return {node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in compared}


def awaiting_bodies(usage: Usage) -> Iterator[Problem]:
    """Yield steps that await at the top level, which a method cannot."""
    for step in usage.graph.steps.values():
        line = awaiting_line(step.source.body)
        if line:
            message = f"step '{step.name}' uses await at its top level, which is impossible in a method"
            fix = "Put it into 'async def main(): …' and write asyncio.run(main())"
            yield Problem("await", message, fix, replace(step.place, line=step.source.body_line + line - 1), step.name)


def lines_of_ipython(usage: Usage) -> Iterator[Problem]:
    """Yield steps that use IPython, which a script does not have."""
    for step in usage.graph.steps.values():
        nodes = list(every_node(parse(step.source.body)))
        calls = [node.lineno for node in nodes if isinstance(node, ast.Call) and of_shell(node)]
        captures = [node.lineno for node in nodes if isinstance(node, ast.With) and is_capture(node)]
        if line := min((*calls, *captures), default=0):
            message = f"step '{step.name}' uses IPython, which a script does not have"
            fix = "Write it in Python; subprocess.run(…, shell=True) runs a command"
            yield Problem(
                "ipython", message, fix, replace(step.place, line=step.source.body_line + line - 1), step.name
            )


def membership_of_tasks(usage: Usage) -> Iterator[Problem]:
    """Yield steps that ask `"score" in task`, which only a notebook understands."""
    for step in usage.graph.steps.values():
        for asked in names_asked_of_tasks(step) if usage.graph.links[step.name].joined else ():
            message = f"step '{step.name}' asks whether '{asked}' is in a task, which is impossible in a script"
            yield problem("in-task", step, message, f"Write hasattr(…, '{asked}')", name="inputs")


_RULES: tuple[_Rule, ...] = (
    _step_names,
    environments_in_files,
    artifact_names,
    parameter_names,
    parameter_defaults,
    loops_that_may_fail,
    state_of_the_prelude,
    state_of_functions,
    functions_that_look_below,
    dynamic_writes,
    done_below_only,
    computed_from_parameters,
    defined_from_artifacts,
    imports_of_written_modules,
    names_that_may_be_deleted,
    looks_into_globals,
    sentinels,
    awaiting_bodies,
    lines_of_ipython,
    membership_of_tasks,
)
