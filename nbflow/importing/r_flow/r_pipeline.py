"""Reads the calls by which a script of Metaflow's R package states its flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbflow.importing.r_flow.r_nodes import RNode, RScript, literal_of, r_arguments
from nbflow.importing.refusals import CannotCarryOver, NotAScript, Obstacle, ObstacleFound

_PIPES = ("%>%", "|>")


@dataclass(frozen=True)
class RStep:
    """Holds what a `step(…)` says. `function` is the expression of its function, None for a step that does nothing."""

    name: str
    line: int
    function: RNode | None = None
    next: tuple[str, ...] = ()
    foreach: str = ""
    join: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class RParameter:
    """Holds what a `parameter(…)` says, as a line of a `%%parameters` cell."""

    name: str
    line: int
    text: str


@dataclass(frozen=True)
class RFlow:
    """Holds a flow. `used` are the top-level expressions that state it: its pipe, and the functions of its steps."""

    script: RScript
    steps: Mapping[str, RStep]
    parameters: Sequence[RParameter]
    used: Sequence[RNode]


def read_pipeline(script: RScript) -> RFlow:
    """Return the flow of a script. Raises NotAScript, or CannotCarryOver with everything that stands in the way."""
    bound = {name: value for name, value in map(_assigned, script.top) if name}
    pipes = [(node, calls) for node in script.top for calls in [[*_calls(node, bound)]] if _begins_flow(calls)]
    flows = {calls[0].start: calls for _, calls in pipes if calls}
    if len(flows) != 1:
        why = f"it has {len(flows)} calls of metaflow(…)" if flows else "it has no call of metaflow(…)"
        fix = 'write  metaflow("NAME") %>% step(…) %>% run()  once'
        raise NotAScript(script.path, why, fix)
    calls = max((calls for _, calls in pipes), key=len)
    obstacles: list[Obstacle] = []
    steps: dict[str, RStep] = {}
    parameters: list[RParameter] = []
    for call in calls[1:]:
        try:
            _read_call(call, bound, steps, parameters)
        except ObstacleFound as error:
            obstacles.append(error.obstacle)
    obstacles += _wrong_transitions(steps)
    if obstacles:
        raise CannotCarryOver(script.path, obstacles)
    functions = {id(step.function) for step in steps.values()}
    used = [node for node in script.top if id(_assigned(node)[1]) in functions or any(node is one for one, _ in pipes)]
    return RFlow(script, steps, parameters, used)


def _assigned(node: RNode) -> tuple[str, RNode | None]:
    """Return the name and the value of an assignment at the top level; "" for another expression."""
    parts = node.code
    if len(parts) == 3 and parts[1].token in ("LEFT_ASSIGN", "EQ_ASSIGN") and parts[0].core.token == "SYMBOL":
        return parts[0].core.text.strip("`"), parts[2]
    return "", None


def _calls(node: RNode, bound: Mapping[str, RNode | None]) -> Iterator[RNode]:
    """Yield the calls of a pipe, in the order of its flow; a pipe may be assigned and go on elsewhere."""
    value = _assigned(node)[1] or node
    parts = value.code
    if len(parts) == 3 and parts[1].text in _PIPES:
        yield from _calls(parts[0], bound)
        yield parts[2].core
    elif value.core.token == "SYMBOL" and isinstance(known := bound.get(value.core.text), RNode):
        yield from _calls(known, {})
    elif value.core.called in ("step", "parameter", "run") and r_arguments(value.core):
        yield from _calls(r_arguments(value.core)[0][1], bound)
        yield value.core
    elif value.core.called:
        yield value.core


def _begins_flow(calls: Sequence[RNode]) -> bool:
    return bool(calls) and calls[0].called == "metaflow"


def _read_call(
    call: RNode, bound: Mapping[str, RNode | None], steps: dict[str, RStep], parameters: list[RParameter]
) -> None:
    match call.called:
        case "step":
            found = _step(call, bound)
            if found.name in steps:
                raise ObstacleFound(call.line, f"step '{found.name}' is defined twice", "Give one another name")
            steps[found.name] = found
        case "parameter":
            parameters.append(_parameter(call))
        case "run":
            return
        case name:
            raise ObstacleFound(call.line, f"{name}(…) has no counterpart in a notebook", "Remove it from the pipe")


# steps


def _step(call: RNode, bound: Mapping[str, RNode | None]) -> RStep:
    options: list[str] = []
    found: dict[str, RNode] = {}
    for name, value in r_arguments(call):
        if name in ("step", "r_function", "foreach", "next_step", "join"):
            found[name] = value
        elif name:
            raise ObstacleFound(value.line, f"{name} of step(…) has no counterpart in a notebook", "Remove it")
        elif value.core.called and value.core.called not in ("metaflow", "parameter", "step"):
            options.append(_option(value.core))
    if "step" not in found:
        raise ObstacleFound(call.line, "a step has no name", 'Write step(step = "NAME", …)')
    return RStep(
        str(_literal(found["step"])),
        call.line,
        _function(found["r_function"], bound) if "r_function" in found else None,
        tuple(_words(found.get("next_step"))),
        "".join(_words(found.get("foreach"))),
        bool(_literal(found["join"])) if "join" in found else False,
        tuple(options),
    )


def _function(value: RNode, bound: Mapping[str, RNode | None]) -> RNode:
    core = value.core
    if core.token in ("SYMBOL", "STR_CONST"):
        known = bound.get(core.text.strip("\"'`"))
        if known is None:
            raise ObstacleFound(
                value.line, f"no function {core.text} is in this file", "Define it here, above the flow"
            )
        return known
    return value


def _words(value: RNode | None) -> list[str]:
    found = [] if value is None else _literal(value)
    return [] if found is None else [found] if isinstance(found, str) else list(found)


def _literal(value: RNode) -> Any:
    try:
        return literal_of(value)
    except (ValueError, SyntaxError):
        fix = "Write it as a literal: a notebook is made without running the script"
        raise ObstacleFound(value.line, f"'{value.text}' is computed", fix) from None


def _option(call: RNode) -> str:
    """Return the option of a header for a decorator of a step."""
    arguments = r_arguments(call)
    name, rest = call.called, arguments
    if name == "decorator" and arguments:
        name, rest = str(_literal(arguments[0][1])), arguments[1:]
    given = {key: _literal(value) for key, value in rest}
    match name:
        case "retry" if given.keys() <= {"times"}:
            return f"--retry {int(given.get('times', 3))}"
        case "timeout" if given and given.keys() <= {"seconds", "minutes", "hours"}:
            units = {"seconds": 1, "minutes": 60, "hours": 3600}
            return f"--timeout {sum(int(number * units[unit]) for unit, number in given.items())}s"
        case "resources" if given.keys() <= {"cpu", "memory"}:
            words = [f"--cpu {int(given['cpu'])}"] if "cpu" in given else []
            return " ".join(words + ([f"--memory {int(given['memory'])}MB"] if "memory" in given else []))
        case _:
            fix = "Remove it; retry, timeout and resources (cpu, memory) become options of the step"
            raise ObstacleFound(call.line, f"{call.text} has no counterpart in a notebook", fix)


def _wrong_transitions(steps: Mapping[str, RStep]) -> Iterator[Obstacle]:
    for step in steps.values():
        for name in step.next:
            if name not in steps:
                message = f"step '{step.name}' leads to '{name}', which is not in the flow"
                yield Obstacle(step.line, message, 'Add step(step = "…"), or correct next_step')
        if step.foreach and len(step.next) != 1:
            message = f"step '{step.name}' has a foreach and {len(step.next)} next steps"
            yield Obstacle(step.line, message, "Let it lead to one step")
    if steps and not {"start", "end"} <= steps.keys():
        missing = " and ".join(f"'{name}'" for name in ("start", "end") if name not in steps)
        yield Obstacle(0, f"the flow has no step {missing}", "Add it: a flow goes from start to end")


# parameters

_TYPES = {"str": "str", "int": "int", "float": "float", "bool": "bool"}


def _parameter(call: RNode) -> RParameter:
    found: dict[str, RNode] = {}
    for key, node in r_arguments(call):
        found[key or ("parameter" if "parameter" not in found else "?")] = node
    unknown = found.keys() - {"parameter", "default", "help", "type", "required", "show_default"}
    if unknown or "parameter" not in found:
        what = f"{sorted(unknown)[0]} of parameter(…)" if unknown else "a parameter without a name"
        raise ObstacleFound(call.line, f"{what} has no counterpart in a notebook", "Remove it")
    given = {name: _literal(value) for name, value in found.items()}
    default = given.get("default")
    kind = given.get("type") or ("str" if default is None else type(default).__name__)
    if kind not in _TYPES.values() or isinstance(default, list):
        fix = "Use text, a number or TRUE/FALSE: str, float, int, bool"
        raise ObstacleFound(call.line, f"parameter '{given['parameter']}' is of type {kind}", fix)
    value = "" if default is None else f" = {_in_type(default, kind)!r}"
    optional = " | None" if default is None and not given.get("required") else ""
    help_text = " ".join(str(given.get("help") or "").split())
    text = f"{given['parameter']}: {kind}{optional}{value or (' = None' if optional else '')}"
    return RParameter(given["parameter"], call.line, text + (f"  # {help_text}" if help_text else ""))


def _in_type(value: Any, kind: str) -> Any:
    return {"str": str, "int": int, "float": float, "bool": bool}[kind](value)
