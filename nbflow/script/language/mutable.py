"""Defines the flow and the steps that mutators see and change before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from nbflow.errors import InvalidDecorator, MetaflowException
from nbflow.script.inputs.configuring import named_configs, seen_configs
from nbflow.script.inputs.parameters import Parameter, parameters_of
from nbflow.script.language import refused
from nbflow.script.language.attaching import read_spec
from nbflow.script.language.class_decorators import (
    FLOW_DECORATORS,
    drop_from_flow,
    flow_decorators,
    note_on_flow,
)
from nbflow.script.language.custom_base import (
    CustomDecorator,
    MutatesFlow,
    MutatesStep,
    OnStep,
    custom_named,
    mutators_above,
)
from nbflow.script.language.decorators import MANY, STEP_DECORATORS, apply, apply_again
from nbflow.script.language.step_facts import Applied, facts_of, set_facts

Spec = tuple[str, str, list[Any], dict[str, Any]]
"""Describes a decorator: its name, its name with the module, its positional and its named arguments."""


class _Mutable:
    """Finds decorators by name, for flows and for steps."""

    IGNORE, ERROR, OVERRIDE = 1, 2, 3

    def __init__(self, flow: type, early: bool, inserted_by: list[str]) -> None:
        self._cls, self._early, self._inserted_by = flow, early, inserted_by

    @property
    def decorator_specs(self) -> Iterator[Spec]:
        raise NotImplementedError

    def has_decorator(self, name: str) -> bool:
        return bool(self.get_decorator_specs(name))

    def get_decorator_specs(self, name: str) -> list[Spec]:
        """Return the decorators of that name; a name with a dot is compared with the name with the module."""
        return [one for one in self.decorator_specs if one["." in name] == name]

    def _refuse_late(self, what: str) -> None:
        if not self._early:
            raise MetaflowException(f"{what} is only allowed in the `pre_mutate` method and not the `mutate` method")

    def _takes_place(self, name: str, exists: bool, duplicates: int) -> bool:
        """Tell whether a decorator is added, although there may be one of its name. Raises InvalidDecorator."""
        if exists and duplicates == self.ERROR:
            raise InvalidDecorator(f"@{name} is there already: {' of '.join(self._inserted_by)} cannot add it")
        return not exists or duplicates == self.OVERRIDE


def _named(kind: Any, args: Any, named: Any) -> tuple[Any, list[Any], dict[str, Any]]:
    """Return the decorator (a name, a class or a function), its positional and its named arguments."""
    args, named = list(args or []), dict(named or {})
    if not isinstance(kind, str):
        return kind, args, named
    name, said = read_spec(kind)
    if said and (args or named):
        raise MetaflowException(f"'{kind}' has the arguments of the decorator in it: give no other arguments")
    args += [said.pop(key) for key in sorted(said) if key.isdigit()]
    return name, args, {**named, **said}


def _builtin(kind: Any, known: Mapping[str, Any]) -> str | None:
    """Return the name of a decorator of nbflow; None for others. Raises InvalidDecorator for one that is refused."""
    name = kind if isinstance(kind, str) else getattr(kind, "__name__", "")
    if name in refused.DECORATORS and not isinstance(kind, type):
        raise InvalidDecorator(f"@{name} is not part of nbflow: {refused.DECORATORS[name]}")
    return name if name in known and (isinstance(kind, str) or known[name] is kind) else None


class MutableStep(_Mutable):
    """Shows one step to mutators, and changes its decorators. `mutable_flow.start` is one."""

    def __init__(self, flow: type, method: Any, early: bool, inserted_by: list[str]) -> None:
        super().__init__(flow, early, inserted_by)
        self._my_step = method
        self.name: str = method.__name__

    @property
    def flow(self) -> MutableFlow:
        """Return the flow of the step."""
        return MutableFlow(self._cls, self._early, self._inserted_by)

    @property
    def _facts(self) -> Any:
        return facts_of(self._my_step)

    @property
    def decorator_specs(self) -> Iterator[Spec]:
        """Yield every decorator above the step."""
        for one in self._facts.applied:
            yield one.name, f"nbflow.{one.name}", [], dict(one.given)
        for custom in dict.fromkeys((*self._facts.wrappers, *self._facts.mutators)):
            yield _short(custom), type(custom).decorator_name, *custom.get_args_kwargs()

    def add_decorator(
        self, deco_type: Any, deco_args: Any = None, deco_kwargs: Any = None, duplicates: int = _Mutable.IGNORE
    ) -> Any:
        """Put a decorator above the step.

        Args:
            deco_type: A decorator of nbflow or of the script, its name, or a text such as `retry:times=3`.
            deco_args: Its positional arguments.
            deco_kwargs: Its named arguments.
            duplicates: What to do if there is one of its name: IGNORE (add nothing), ERROR or OVERRIDE.

        Returns:
            The decorator that was added; None if nothing was added.
        """
        kind, args, named = _named(deco_type, deco_args, deco_kwargs)
        name = _builtin(kind, STEP_DECORATORS)
        if name is not None:
            return self._add_builtin(name, args, named, duplicates)
        custom = custom_named(kind) if isinstance(kind, str) else kind
        if not isinstance(custom, type) or not issubclass(custom, OnStep):
            raise TypeError(f"add_decorator takes a decorator of nbflow or of the script, not {deco_type!r}")
        if issubclass(custom, MutatesStep):
            self._refuse_late(f"Adding step mutator '{custom.decorator_name}'")
        return self._add_custom(custom, args, named, duplicates)

    def _add_builtin(self, name: str, args: list[Any], named: dict[str, Any], duplicates: int) -> Any:
        if args:
            raise MetaflowException("Step decorators do not take additional positional arguments")
        exists = name not in MANY and name in self._facts.names
        if not self._takes_place(name, exists, duplicates):
            return None
        if exists:
            self.remove_decorator(name)
        added = Applied(name, named)
        apply(self._my_step, added)
        return added

    def _add_custom(self, custom: Any, args: list[Any], named: dict[str, Any], duplicates: int) -> Any:
        exists = self.has_decorator(custom.decorator_name)
        if not self._takes_place(custom.decorator_name, exists, duplicates):
            return None
        if exists:
            self.remove_decorator(custom.decorator_name)
        added = custom(*args, **named)
        added.inserted_by = self._inserted_by
        added.get_ready(named_configs(self._cls))
        added(self._my_step)
        return added

    def remove_decorator(self, deco_name: str, deco_args: Any = None, deco_kwargs: Any = None) -> bool:
        """Remove the decorators of that name, or only those with these arguments. Return whether there was one."""
        facts, every = self._facts, deco_args is None and deco_kwargs is None
        wanted = (list(deco_args or []), dict(deco_kwargs or {}))

        def goes(name: str, full: str, given: tuple[list[Any], dict[str, Any]]) -> bool:
            return deco_name in (name, full) and (every or given == wanted)

        applied = [one for one in facts.applied if not goes(one.name, f"nbflow.{one.name}", ([], dict(one.given)))]
        gone = {
            custom
            for custom in (*facts.wrappers, *facts.mutators)
            if goes(_short(custom), type(custom).decorator_name, custom.get_args_kwargs())
        }
        if any(isinstance(custom, MutatesStep) for custom in gone):
            self._refuse_late(f"Removing step mutator '{deco_name}'")
        kept = [tuple(one for one in some if one not in gone) for some in (facts.wrappers, facts.mutators)]
        set_facts(self._my_step, replace(facts, wrappers=kept[0], mutators=kept[1]))
        apply_again(self._my_step, applied, {})
        return bool(gone) or len(applied) < len(facts.applied)


class MutableFlow(_Mutable):
    """Shows a flow to mutators, and changes it. Its steps, parameters and configs are attributes too."""

    @property
    def configs(self) -> Iterator[tuple[str, Any]]:
        """Yield the name and the content of each config."""
        return iter(named_configs(self._cls).items())

    @property
    def parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Yield the attribute and the object of each parameter."""
        return iter(parameters_of(self._cls).items())

    @property
    def steps(self) -> Iterator[tuple[str, MutableStep]]:
        """Yield the name and the step of each step."""
        for name in dir(self._cls):
            method = getattr(self._cls, name, None)
            if facts_of(method) is not None:
                yield name, MutableStep(self._cls, method, self._early, self._inserted_by)

    @property
    def decorator_specs(self) -> Iterator[Spec]:
        """Yield every decorator above the flow."""
        for one in flow_decorators(self._cls):
            yield one.name, f"nbflow.{one.name}", [], dict(one.given)
        for custom in mutators_above(self._cls):
            yield _short(custom), type(custom).decorator_name, *custom.get_args_kwargs()

    def __getattr__(self, name: str) -> Any:
        steps = dict(self.steps)
        if name in steps:
            return steps[name]
        known = {**parameters_of(self._cls), **seen_configs(self._cls)}
        if name.startswith("_") or name not in known:
            raise AttributeError(f"flow {self._cls.__name__} has no step, parameter or config '{name}'")
        return known[name]

    # parameters

    def add_parameter(self, name: str, value: Parameter, overwrite: bool = False) -> None:
        """Add a parameter as the attribute `name`. Raises MetaflowException for a used name, unless `overwrite`."""
        self._refuse_late(f"Adding parameter '{name}'")
        if hasattr(self._cls, name) and not overwrite:
            raise MetaflowException(
                f"Flow '{self._cls.__name__}' already has a class member '{name}' -- "
                "set overwrite=True in add_parameter to overwrite it."
            )
        if not isinstance(value, Parameter):
            raise MetaflowException(
                f"Only a Parameter or an IncludeFile can be added using `add_parameter`; got {type(value)}"
            )
        value.attribute = name
        value.settle(named_configs(self._cls))
        setattr(self._cls, name, value)

    def remove_parameter(self, parameter_name: str) -> bool:
        """Remove the parameter of that name. Return whether there was one."""
        self._refuse_late(f"Removing parameter '{parameter_name}'")
        for attribute, one in parameters_of(self._cls).items():
            if one.name == parameter_name:
                owner = next(base for base in self._cls.__mro__ if attribute in vars(base))
                delattr(owner, attribute)
                return True
        return False

    # decorators

    def add_decorator(
        self, deco_type: Any, deco_args: Any = None, deco_kwargs: Any = None, duplicates: int = _Mutable.IGNORE
    ) -> Any:
        """Put a decorator above the flow; the arguments are those of `MutableStep.add_decorator`.

        `deco_type` is a decorator of nbflow, a FlowMutator, or a text such as `project:name=movies`.
        """
        self._refuse_late(f"Adding flow-decorator '{deco_type}'")
        kind, args, named = _named(deco_type, deco_args, deco_kwargs)
        name = _builtin(kind, FLOW_DECORATORS)
        if name is not None:
            return self._add_builtin(name, args, named, duplicates)
        custom = custom_named(kind) if isinstance(kind, str) else kind
        if not isinstance(custom, type) or not issubclass(custom, MutatesFlow):
            raise TypeError(f"add_decorator takes a decorator of nbflow or a FlowMutator, not {deco_type!r}")
        if not self._takes_place(custom.decorator_name, self.has_decorator(custom.decorator_name), duplicates):
            return None
        added = custom(*args, **named)
        added.inserted_by = self._inserted_by
        added.get_ready(named_configs(self._cls))
        return added(self._cls) and added

    def _add_builtin(self, name: str, args: list[Any], named: dict[str, Any], duplicates: int) -> Any:
        if args:
            raise MetaflowException("Flow decorators do not take additional positional arguments")
        exists = name not in MANY and any(one.name == name for one in flow_decorators(self._cls))
        if not self._takes_place(name, exists, duplicates):
            return None
        added = Applied(name, named)
        note_on_flow(self._cls, added)
        return added

    def remove_decorator(self, deco_name: str, deco_args: Any = None, deco_kwargs: Any = None) -> bool:
        """Remove the decorator of that name, or only one with these arguments. Return whether there was one."""
        self._refuse_late(f"Removing flow-decorator '{deco_name}'")
        if any(deco_name in (_short(one), type(one).decorator_name) for one in mutators_above(self._cls)):
            raise MetaflowException(f"Cannot remove FlowMutator '{deco_name}': only decorators such as @project")
        every = deco_args is None and deco_kwargs is None
        for one in flow_decorators(self._cls):
            if deco_name in (one.name, f"nbflow.{one.name}") and (every or dict(one.given) == dict(deco_kwargs or {})):
                drop_from_flow(self._cls, one.name)
                return True
        return False


def _short(custom: CustomDecorator) -> str:
    return type(custom).decorator_name.rpartition(".")[2]
