"""Finds the modules of Metaflow that scripts import from: `from nbflow.parameters import JSONType`."""

from __future__ import annotations

import importlib
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType

_EXCEPTIONS = "nbflow.exception"
METAFLOW_MODULES = {
    "client.core": ("nbflow.client", "DataArtifact Flow Metaflow Run Step Task namespace get_namespace "
                    "default_namespace metadata get_metadata default_metadata inspect_spin"),
    "decorators": ("nbflow", "step"),
    "flowspec": ("nbflow", "FlowSpec"),
    "includefile": ("nbflow", "IncludeFile"),
    "metaflow_current": ("nbflow", "current"),
    "multicore_utils": ("nbflow", "parallel_imap_unordered parallel_map"),
    "parameters": ("nbflow", "JSONType JSONTypeClass Parameter"),
    "plugins": ("", ""),
    "plugins.cards": ("", ""),
    "plugins.cards.card_modules": ("", ""),
    "plugins.cards.card_modules.components": ("nbflow.cards", "*"),
    "plugins.catch_decorator": (_EXCEPTIONS, "FailureHandledByCatch"),
    "plugins.timeout_decorator": (_EXCEPTIONS, "TimeoutException"),
    "runner": ("", ""),
    "runner.metaflow_runner": ("nbflow.script.processes.runner", "ExecutingRun ExecutingTask Runner"),
    "user_configs": ("", ""),
    "user_configs.config_parameters": ("nbflow", "Config ConfigValue config_expr"),
    "user_decorators": ("", ""),
    "user_decorators.mutable_flow": ("nbflow.script.language.mutable", "MutableFlow"),
    "user_decorators.mutable_step": ("nbflow.script.language.mutable", "MutableStep"),
    "user_decorators.user_flow_decorator": ("nbflow", "FlowMutator"),
    "user_decorators.user_step_decorator": ("nbflow", "StepMutator UserStepDecorator user_step_decorator"),
}  # fmt: skip
"""Maps each module, without `nbflow.` in front, to the module that has its names here, and to these names."""


class _Names(Loader):
    """Fills a module with its names; one with modules below it is a package without files."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        home, names = METAFLOW_MODULES[module.__name__.removeprefix("nbflow.")]
        found = importlib.import_module(home) if home else module
        for name in found.__all__ if names == "*" else names.split():
            setattr(module, name, getattr(found, name))


def spec_of(name: str) -> ModuleSpec | None:
    """Return how a module of Metaflow is made here, for the import system; None if there is none with this name."""
    if name.removeprefix("nbflow.") not in METAFLOW_MODULES:
        return None
    below = f"{name.removeprefix('nbflow.')}."
    return ModuleSpec(name, _Names(), is_package=any(one.startswith(below) for one in METAFLOW_MODULES))
