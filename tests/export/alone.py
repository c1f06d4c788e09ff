"""What a FlowSpec script gives in one process, task after task: the plain reading of its transitions.

A script that imports `FlowSpec` and its like from here runs with no engine at all, hundreds of times a second.
"""

from __future__ import annotations

import ast
import copy
import json
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Path = tuple[int, ...]
Leads = tuple[tuple[Any, ...], dict[str, Any]]
_number = count()


class FlowSpec:
    """Artifacts are in `__dict__`; `next` only notes where it leads."""

    def __init__(self, path: Path = (), items: tuple[Any, ...] = ()) -> None:
        self._path, self._items, self._leads = path, items, list[Leads]()

    def next(self, *targets: Any, **how: Any) -> None:
        self._leads.append((targets, how))

    @property
    def input(self) -> Any:
        return self._items[-1]

    @property
    def index(self) -> int:
        return self._path[-1]

    def foreach_stack(self) -> list[tuple[int, int, Any]]:
        return [(index, 0, None) for index in self._path]

    def held(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def copied(self, path: Path, items: tuple[Any, ...]) -> FlowSpec:
        other = type(self)(path, items)
        other.__dict__.update(copy.deepcopy(self.held()))
        return other


JSONType = "JSON"


class Parameter:
    def __init__(self, _name: str, default: Any = None, type: Any = None, **_facts: Any) -> None:
        self.default = json.loads(default) if type is JSONType else default

    def __get__(self, flow: Any, _owner: type) -> Any:
        return self.default


def step(method: Any) -> Any:
    return method


def catch(var: str) -> Callable[[Any], Any]:
    def mark(method: Any) -> Any:
        method.caught = var
        return method

    return mark


@dataclass
class Caught:
    """As what both engines store."""

    type: str
    exception: str


class Inputs:
    """As Metaflow's: no length, but every branch by its last step."""

    def __init__(self, flows: list[FlowSpec], names: list[str]) -> None:
        self._flows = flows
        self.__dict__.update(zip(names, flows, strict=True))

    def __getitem__(self, at: int) -> FlowSpec:
        return self._flows[at]

    def __iter__(self) -> Iterator[FlowSpec]:
        return iter(self._flows)


def values_alone(text: str) -> Mapping[tuple[str, Path, str], Any]:
    """The artifacts of every task by (step, path, name)."""
    module = types.ModuleType(f"script_{next(_number)}")
    sys.modules[module.__name__] = module
    source = text.replace("from nbflow import", f"from {__name__} import")
    exec(compile(source, module.__name__, "exec"), module.__dict__)
    classes = (value for value in vars(module).values() if isinstance(value, type) and issubclass(value, FlowSpec))
    cls = next(one for one in classes if one is not FlowSpec)
    del sys.modules[module.__name__]
    run = _Run(text)
    run.walk(cls(), "start")
    return {(name, path, n): v for (name, path), held in run.values.items() for n, v in held.items()}


@dataclass
class _Run:
    text: str
    values: dict[tuple[str, Path], dict[str, Any]] = field(default_factory=dict)

    def walk(self, flow: FlowSpec, name: str) -> tuple[FlowSpec, str, str]:
        """From a step on up to the join that the way leads into: the flow, the last step, and the join."""
        leads = self._task(flow, name)
        while leads is not None:
            targets, how = leads
            if "condition" in how:
                targets = (targets[0][getattr(flow, how["condition"])],)
            if "foreach" in how or len(targets) > 1:
                flow, name, leads = self._split(flow, [target.__name__ for target in targets], how)
                continue
            target = targets[0].__name__
            if getattr(type(flow), target).__code__.co_argcount > 1:
                return flow, name, target
            name, leads = target, self._task(flow, target)
        return flow, name, ""

    def _split(self, flow: FlowSpec, names: list[str], how: dict[str, Any]) -> tuple[FlowSpec, str, Leads | None]:
        ends: list[tuple[FlowSpec, str, str]] = []
        if "foreach" in how:
            items = list(getattr(flow, how["foreach"]))
            assert items, f"foreach over {how['foreach']} without items"
            for index, item in enumerate(items):
                inside = flow.copied((*flow._path, index), (*flow._items, copy.deepcopy(item)))
                ends.append(self.walk(inside, names[0]))
        else:
            ends = [self.walk(flow.copied(flow._path, flow._items), name) for name in names]
        (join,) = {end[2] for end in ends}
        joined = type(flow)(flow._path, flow._items)
        inputs = Inputs([end[0] for end in ends], [end[1] for end in ends])
        return joined, join, self._task(joined, join, inputs)

    def _task(self, flow: FlowSpec, name: str, *inputs: Inputs) -> Leads | None:
        method = getattr(flow, name)
        caught = getattr(method, "caught", None)
        flow._leads.clear()
        try:
            method(*inputs)
            flow.__dict__.update({caught: None} if caught else {})
        except Exception as error:
            if not caught:
                raise
            flow.__dict__[caught] = Caught(f"builtins.{type(error).__name__}", str(error))
            flow._leads[:] = [((getattr(flow, self._target(name)),), {})]
        self.values[name, flow._path] = copy.deepcopy(flow.held())
        flow.__dict__.update(copy.deepcopy(flow.held()))
        assert len(flow._leads) <= 1, f"{name} leads to two places"
        return flow._leads[0] if flow._leads else None

    def _target(self, name: str) -> str:
        """Where a step leads that has failed."""
        found = [n for n in ast.walk(ast.parse(self.text)) if isinstance(n, ast.FunctionDef) and n.name == name]
        return ast.unparse(found[0].body[-1]).removeprefix("self.next(self.").removesuffix(")")
