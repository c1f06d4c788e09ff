"""Defines `FlowSpec`, the class from which a script derives its flow."""

from __future__ import annotations

import importlib
import inspect
import os
import reprlib
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, NamedTuple

from nbflow.errors import ExternalCommandFailed, InvalidNextException, MetaflowException, NotStorable
from nbflow.script.inputs.parameters import Parameter
from nbflow.script.language.foreach_items import present_item, put_items_into
from nbflow.script.language.step_facts import facts_of
from nbflow.script.language.transition import OWN, VARIABLES, Transition

if TYPE_CHECKING:
    from nbflow.script.language.state import TaskArtifacts

_FLOW = object()
_ITEM_CHARACTERS = 20  # of the item of a foreach in the text of a flow
_VALUE_CHARACTERS = 30


class ForeachFrame(NamedTuple):
    """Describes one foreach around a task: the step to which it leads, the name of its list, and the item."""

    step: str
    var: str
    num_splits: int
    index: int  # type: ignore[assignment]  # as in Metaflow, though tuples have a method of that name
    value: str


IMPORTING: list[str] = []
"""The modules of scripts that are being imported: a flow object that is made there does not run the flow."""


class FlowStarts(BaseException):
    """Ends, in a worker, what a script does before it starts its flow."""


_stops_at_flow = False


@contextmanager
def until_flow_starts() -> Iterator[None]:
    """End the code of this context where it starts a flow."""
    global _stops_at_flow
    _stops_at_flow = True
    try:
        yield
    except FlowStarts:
        pass  # it has come so far
    finally:
        _stops_at_flow = False


_folder = ""


def note_folder() -> None:
    """Remember the working directory when a script imports FlowSpec: later lines of the script may change it."""
    global _folder
    _folder = os.getcwd()


def go_back() -> None:
    """Go back to the working directory from before the script changed it."""
    if _folder:
        os.chdir(_folder)


class FlowSpec:
    """Is the base class of flows. The steps are methods with `@step`, and `MyFlow()` runs the command line.

    In a task, `self` shows every artifact that is visible there; each is loaded when it is used. The attributes that a
    step sets become artifacts.

    Args:
        use_cli: Whether this runs the command line, and ends the process.

    Example:
        >>> class Greeting(FlowSpec):
        ...     @step
        ...     def start(self):
        ...         self.text = "hello"
        ...         self.next(self.end)
        ...
        ...     @step
        ...     def end(self):
        ...         print(self.text)
    """

    def __init__(self, use_cli: bool = True) -> None:
        if use_cli and _stops_at_flow:
            raise FlowStarts
        if use_cli and not IMPORTING:
            importlib.import_module("nbflow.script.commands.command_line").start_script(type(self))

    @property
    def name(self) -> str:
        """Return the name of the flow: the name of its class."""
        return type(self).__name__

    @property
    def script_name(self) -> str:
        """Return the name of the file in which the flow is written."""
        return os.path.basename(inspect.getfile(type(self)))

    def __iter__(self) -> Iterator[Any]:
        """Yield the steps as bound methods with a `name`."""
        names = (name for name in dir(type(self)) if facts_of(getattr(type(self), name, None)))
        return (getattr(self, name) for name in names)

    def __str__(self) -> str:
        state: TaskArtifacts | None = self.__dict__.get("_task_state")
        if state is None:
            return f"<flow {self.name}>"
        place = f"[{','.join(str(level.index) for level in state.stack)}]" if state.stack else ""
        return f"<flow {self.name} step {state.step}{place}{self._shown_input()}>"

    def _shown_input(self) -> str:
        item = self.input
        if item is None:
            return ""
        text = str(item)
        return f" (input: {text[:_ITEM_CHARACTERS]}{'...' * (len(text) > _ITEM_CHARACTERS)})"

    @property
    def _graph(self) -> Any:
        """Return the steps as Metaflow's graph has them: `flow._graph["start"].out_funcs`."""
        prepared = importlib.import_module("nbflow.script.preparing.prepared").prepare(type(self))
        return importlib.import_module("nbflow.script.preparing.nodes").graph_of(prepared)

    @property
    def _current_step(self) -> str:
        return self._state.step

    # artifacts

    @property
    def _state(self) -> TaskArtifacts:
        state: TaskArtifacts | None = self.__dict__.get("_task_state")
        if state is None:
            raise MetaflowException(f"flow '{self.name}' is not running: its artifacts exist only in tasks")
        return state

    def __getattr__(self, name: str) -> Any:
        state = self.__dict__.get("_task_state")
        if name.startswith("__") or state is None or name not in state.artifacts:
            raise AttributeError(f"Flow {type(self).__name__} has no attribute '{name}'{_hint(state, name)}")
        value = state.load(name)
        if state.stack and not name.startswith("_"):
            put_items_into(self, name, value)
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: object) -> None:
        held = inspect.getattr_static(type(self), name, _FLOW)
        if held is not _FLOW and not isinstance(held, property | Parameter) and _is_constant(type(self), name):
            message = f"'{name}' belongs to the class {type(self).__name__}"
            raise AttributeError(
                f"Flow level attributes and Parameters are not modifiable: {message}, use another name"
            )
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        state = self.__dict__.get("_task_state")
        if state is not None:
            state.loaded.pop(name, None)  # what the step before has stored is read again, and handed on

    def __reduce__(self) -> Any:
        raise NotStorable(
            "a flow, a method of it or an input of a join", "store the values that you need, such as inputs[0].name"
        )

    def cmd(self, cmdline: str, input: Mapping[str, str | bytes] | None = None, output: Iterable[str] = ()) -> Any:
        """Write the files of `input`, run a command in a shell, and return the bytes of each file of `output`.

        If `output` names a single file, its bytes are returned without a list. Raises ExternalCommandFailed if the exit
        code is not 0.
        """
        for path, content in (input or {}).items():
            Path(path).write_bytes(content if isinstance(content, bytes) else str(content).encode())
        if subprocess.run(cmdline, shell=True, check=False).returncode:
            raise ExternalCommandFailed(f"Command '{cmdline}' returned a non-zero exit code.")
        read = [Path(path).read_bytes() for path in output]
        return read[0] if len(read) == 1 else read

    # foreach

    @property
    def index(self) -> int | None:
        """Return the number of the item of the innermost foreach, from 0; None outside of a foreach."""
        stack = self._state.stack
        return stack[-1].index if stack else None

    @property
    def input(self) -> Any:
        """Return the item of the innermost foreach around the task; None outside of a foreach.

        As in Metaflow, it is None too where no artifact has the list of the foreach, such as in the join of a foreach
        inside of it.
        """
        return present_item(self, len(self._state.stack) - 1) if self._state.stack else None

    def foreach_stack(self) -> list[tuple[int, int, Any]] | None:
        """Return (index, number of items, item) for every foreach around the task, the outermost first."""
        state = self._state
        return [(level.index, level.width, present_item(self, depth)) for depth, level in enumerate(state.stack)]

    @property
    def _foreach_stack(self) -> list[ForeachFrame]:
        """Return every foreach around the task with the name of its list and a short text for the item."""
        state, names = self._state, getattr(self, VARIABLES, {})
        return [
            ForeachFrame(step, names.get(step, var), level.width, level.index, _in_few_words(state.item(depth)))
            for depth, (level, (step, var)) in enumerate(zip(state.stack, state.lists, strict=False))
        ]

    # joins

    def merge_artifacts(
        self, inputs: Iterable[FlowSpec], exclude: Iterable[str] = (), include: Iterable[str] = ()
    ) -> None:
        """Take over the artifacts of the inputs of a join that are not set yet.

        Args:
            inputs: The inputs of the join.
            exclude: Names that are left out.
            include: The only names that are taken over. Give `exclude` or this, not both.

        Raises:
            UnhandledInMergeArtifactsException: if the inputs have different values for a name; then nothing is taken.
            MissingInMergeArtifactsException: if no input has a name of `include`.
            MetaflowException: if the step is not a join, or if both `exclude` and `include` are given.
        """
        bound = set(self.__dict__) - OWN | set(dir(type(self)))  # as in Metaflow, a method is not replaced
        self._state.merge(bound, [one._state for one in inputs], set(exclude), set(include))

    # transitions

    def next(self, *targets: Any, **how: Any) -> None:
        """Say which steps come next. This must be the last statement of every step but the end.

        Args:
            *targets: The next steps, such as `self.train`; several steps run in parallel, and meet in a join. For a
                switch, a dict from values to steps.
            **how: `foreach` is the name of an artifact that holds a list: the next step runs once for each item.
                `condition` is the name of the artifact whose value chooses the step of a switch.

        Raises:
            InvalidNextException: if the steps or the arguments do not fit, or if it is called twice.
        """
        state = self._state
        if state.transition is not None:
            raise InvalidNextException(f"step '{state.step}' calls self.next twice: keep the last statement only")
        state.transition = self._read_next(state.step, targets, how)

    def _read_next(self, step: str, targets: tuple[Any, ...], how: dict[str, Any]) -> Transition:
        unknown = sorted(how.keys() - {"foreach", "condition"})
        if unknown:
            raise InvalidNextException(f"step '{step}': self.next takes no '{unknown[0]}': use foreach= or condition=")
        if not targets:
            raise InvalidNextException(f"step '{step}': self.next needs a step, such as self.next(self.end)")
        if "condition" in how or isinstance(targets[0], dict):
            return self._switch(step, targets, how)
        names = tuple(self._target(step, target) for target in targets)
        if "foreach" in how:
            self._check_foreach(step, names, how["foreach"])
            return Transition(names, foreach=how["foreach"])
        return Transition(names)

    def _target(self, step: str, target: Any) -> str:
        name = getattr(target, "__name__", None)
        if not isinstance(name, str) or facts_of(getattr(type(self), name, None)) is None:
            raise InvalidNextException(
                f"step '{step}': self.next cannot go to {target!r}: it is not a step of this flow"
            )
        return name

    def _check_foreach(self, step: str, names: tuple[str, ...], name: Any) -> None:
        """Refuse a list that a foreach cannot use, in the step that has made it."""
        if not isinstance(name, str) or len(names) != 1:
            message = "foreach= takes the name of an artifact as text, and leads to one step"
            raise InvalidNextException(f"step '{step}': {message}")
        if not hasattr(self, name):
            raise InvalidNextException(f"step '{step}': foreach='{name}', but there is no self.{name}: set it first")
        value = getattr(self, name)
        try:
            number = len(value) if hasattr(value, "__len__") else sum(1 for _ in iter(value))
        except TypeError:
            kind = type(value).__name__
            raise InvalidNextException(
                f"step '{step}': foreach='{name}' is a {kind}, not a list: it has no items"
            ) from None
        limit = self._state.max_splits
        if number == 0:
            raise InvalidNextException(
                f"step '{step}': foreach='{name}' produced zero splits: give it at least one item"
            )
        if limit is not None and number > limit:
            message = f"foreach='{name}' produced {number} splits, more than the limit of {limit}"
            raise InvalidNextException(f"step '{step}': {message}: run with --max-num-splits {number}")

    def _switch(self, step: str, targets: tuple[Any, ...], how: dict[str, Any]) -> Transition:
        cases, condition = targets[0], how.get("condition")
        if "foreach" in how or len(targets) != 1 or not isinstance(cases, dict) or not cases:
            raise InvalidNextException(f"step '{step}': a switch is self.next({{'x': self.a, …}}, condition='name')")
        if not isinstance(condition, str):
            raise InvalidNextException(f"step '{step}': condition= must be the name of an artifact as text")
        if not hasattr(self, condition):
            raise InvalidNextException(f"step '{step}': condition='{condition}', but there is no self.{condition}")
        value = getattr(self, condition)
        if value not in cases:
            listed = ", ".join(repr(key) for key in cases)
            raise RuntimeError(f"step '{step}': self.{condition} is {value!r}, which is none of the cases {listed}")
        names = tuple(dict.fromkeys(self._target(step, target) for target in cases.values()))
        return Transition(names, condition=condition, chose=self._target(step, cases[value]))


def values_of(flow: FlowSpec) -> dict[str, Any]:
    """Return what a task has set that becomes artifacts: as in Metaflow, a method of the flow does not."""
    return {name: value for name, value in vars(flow).items() if name not in OWN and not _is_method_of(flow, value)}


def _is_method_of(flow: FlowSpec, value: object) -> bool:
    return isinstance(value, MethodType) and value.__self__ is flow


def _is_constant(cls: type, name: str) -> bool:
    """Tell whether a class attribute is one that tasks cannot set, as in Metaflow: methods and `_names` are none."""
    return not name.startswith("_") and not isinstance(getattr(cls, name), FunctionType | MethodType)


def _hint(state: TaskArtifacts | None, name: str) -> str:
    if state is None:
        return ""
    if state.is_join:
        return f": in a join, read it from the inputs (inputs[0].{name}), or call self.merge_artifacts(inputs)"
    if join := state.lost_at(name):
        fix = f"call self.merge_artifacts(inputs) there, or set self.{name} from the inputs"
        return f": it was lost at the join '{join}', which does not hand it on: {fix}"
    return f": no step before '{state.step}' has set self.{name}"


def _in_few_words(item: Any) -> str:
    return (str(item) if isinstance(item, str | int | float) else reprlib.repr(item))[:_VALUE_CHARACTERS]


def items_of(value: Any) -> list[Any]:
    """Return the items of the list of a foreach, also if it is another iterable.

    Metaflow takes `value[0]`, `value[1]` and so on, which of a dict are its values if these are its keys.
    """
    if isinstance(value, Mapping) and all(index in value for index in range(len(value))):
        return [value[index] for index in range(len(value))]
    return list(islice(value, None)) if not isinstance(value, list | tuple) else list(value)
