"""Turns a Jupyter notebook into a flow: `%%step NAME` on top of a cell makes the cell a step of a DAG.

This package exports the API for scripts (`FlowSpec`, `step`, `Parameter`, decorators), the client that reads stored
runs (`Flow`, `Run`, `Step`, `Task`) and `register_reducer`. The command line is `nbflow`; `%load_ext nbflow` adds the
magics to a kernel.

Example:
    >>> from nbflow import Flow
    >>> Flow("Films").latest_successful_run["fit"].task.data.score
    0.75
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from nbflow.client import (
        DataArtifact,
        Flow,
        Metaflow,
        Run,
        Step,
        Task,
        default_metadata,
        default_namespace,
        get_metadata,
        get_namespace,
        inspect_spin,
        metadata,
        namespace,
    )
    from nbflow.script.inputs.config import Config, ConfigValue
    from nbflow.script.inputs.delayed import config_expr
    from nbflow.script.inputs.parameter_types import JSONType, JSONTypeClass
    from nbflow.script.inputs.parameters import IncludeFile, Parameter
    from nbflow.script.inputs.parsers import (
        conda_environment_yml_parser,
        pyproject_toml_parser,
        requirements_txt_parser,
        yaml_parser,
    )
    from nbflow.script.language.class_decorators import (
        conda_base,
        exit_hook,
        project,
        pypi_base,
    )
    from nbflow.script.language.current import current
    from nbflow.script.language.custom import (
        USER_SKIP_STEP,
        FlowMutator,
        StepMutator,
        UserStepDecorator,
        user_step_decorator,
    )
    from nbflow.script.language.decorators import (
        card,
        catch,
        conda,
        environment,
        pypi,
        resources,
        retry,
        secrets,
        step,
        timeout,
    )
    from nbflow.script.language.flowspec import FlowSpec
    from nbflow.script.language.profiling import profile
    from nbflow.script.processes.multicore import parallel_imap_unordered, parallel_map
    from nbflow.script.processes.runner import Runner
    from nbflow.store.pickling.reduce.registry import register_reducer

_CLIENT = (
    "DataArtifact", "Flow", "Metaflow", "Run", "Step", "Task", "default_metadata", "default_namespace", "get_metadata",
    "get_namespace", "inspect_spin", "metadata", "namespace",
)  # fmt: skip
_DECORATORS = (
    "card", "catch", "conda", "environment", "pypi", "resources", "retry", "secrets", "step", "timeout",
)  # fmt: skip
_CLASS_DECORATORS = ("conda_base", "exit_hook", "project", "pypi_base")
_CUSTOM = ("FlowMutator", "StepMutator", "USER_SKIP_STEP", "UserStepDecorator", "user_step_decorator")
_PARAMETERS = ("IncludeFile", "Parameter")
_TYPES = ("JSONType", "JSONTypeClass")
_PARSERS = ("conda_environment_yml_parser", "pyproject_toml_parser", "requirements_txt_parser", "yaml_parser")
_MODULES = ("cards", "client", "exception")
_HOMES = {
    **dict.fromkeys(_CLIENT, "nbflow.client"),
    **dict.fromkeys(_DECORATORS, "nbflow.script.language.decorators"),
    **dict.fromkeys(_CLASS_DECORATORS, "nbflow.script.language.class_decorators"),
    **dict.fromkeys(_PARAMETERS, "nbflow.script.inputs.parameters"),
    **dict.fromkeys(_TYPES, "nbflow.script.inputs.parameter_types"),
    **dict.fromkeys(_CUSTOM, "nbflow.script.language.custom"),
    **dict.fromkeys(("Config", "ConfigValue"), "nbflow.script.inputs.config"),
    **dict.fromkeys(_PARSERS, "nbflow.script.inputs.parsers"),
    **dict.fromkeys(("parallel_imap_unordered", "parallel_map"), "nbflow.script.processes.multicore"),
    "FlowSpec": "nbflow.script.language.flowspec",
    "config_expr": "nbflow.script.inputs.delayed",
    "current": "nbflow.script.language.current",
    "Runner": "nbflow.script.processes.runner",
    "profile": "nbflow.script.language.profiling",
    "register_reducer": "nbflow.store.pickling.reduce.registry",
}

__all__ = [
    "USER_SKIP_STEP",
    "Config",
    "ConfigValue",
    "DataArtifact",
    "Flow",
    "FlowMutator",
    "FlowSpec",
    "IncludeFile",
    "JSONType",
    "JSONTypeClass",
    "Metaflow",
    "Parameter",
    "Run",
    "Runner",
    "Step",
    "StepMutator",
    "Task",
    "UserStepDecorator",
    "card",
    "catch",
    "conda",
    "conda_base",
    "conda_environment_yml_parser",
    "config_expr",
    "current",
    "default_metadata",
    "default_namespace",
    "environment",
    "exit_hook",
    "get_metadata",
    "get_namespace",
    "inspect_spin",
    "metadata",
    "namespace",
    "parallel_imap_unordered",
    "parallel_map",
    "profile",
    "project",
    "pypi",
    "pypi_base",
    "pyproject_toml_parser",
    "register_reducer",
    "requirements_txt_parser",
    "resources",
    "retry",
    "secrets",
    "step",
    "timeout",
    "user_step_decorator",
    "yaml_parser",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load an exported name on first use, so that `import nbflow` stays fast.

    A name that only Metaflow has can be imported: what stands for it raises MetaflowException when it is used, and
    says what to do instead. Raises AttributeError for any other name.
    """
    if name in _HOMES:
        home = importlib.import_module(_HOMES[name])
        if name == "FlowSpec":
            home.note_folder()
            importlib.import_module("nbflow.script.language.uncaught").tell_uncaught()
        return getattr(home, name)
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("jupyter-nbflow")
    if not name.startswith("_"):
        if name in _MODULES or _MetaflowModules.find_spec(f"{__name__}.{name}"):
            return importlib.import_module(f"{__name__}.{name}")
        refused = importlib.import_module("nbflow.script.language.refused")
        if name in refused.DECORATORS:
            return importlib.import_module("nbflow.script.language.unsupported").unsupported(name)
        if name in refused.NAMES:
            return refused.refuse_name(name)
    raise AttributeError(f"module 'nbflow' has no attribute '{name}'")


class _MetaflowModules:
    """Finds, behind all files, the modules of Metaflow that scripts import names from, such as `nbflow.parameters`."""

    @staticmethod
    def find_spec(
        name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith("nbflow."):
            return None
        spec: ModuleSpec | None = importlib.import_module("nbflow.script.metaflow_modules").spec_of(name)
        return spec


sys.meta_path.append(_MetaflowModules)


def load_ipython_extension(shell: Any) -> None:
    """Add the magics `%nbflow`, `%flow` and `%%step` to an IPython shell. IPython calls this for `%load_ext nbflow`."""
    importlib.import_module("nbflow.jupyter.kernel.magics").load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Remove the magics again. IPython calls this for `%unload_ext nbflow`."""
    importlib.import_module("nbflow.jupyter.kernel.magics").unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell `jupyter labextension develop` where a source checkout keeps the built panel."""
    return [{"src": "../labextension/dist", "dest": "nbflow"}]


def __dir__() -> list[str]:
    return __all__
