"""Lists the parts of Metaflow that nbflow does not have, each with what to do instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbflow.errors import MetaflowException

_ELSEWHERE = "nbflow runs on this machine: remove it, or run the script with Metaflow"
_ON_CLUSTER = "nbflow runs on this machine: give the run a cluster, with --on CLUSTER, or remove it"
_DEPLOY = "nbflow does not deploy: start the script from cron, a timer, or the program that should trigger it"

DECORATORS = {
    "airflow_external_task_sensor": _DEPLOY,
    "airflow_s3_key_sensor": _DEPLOY,
    "batch": _ON_CLUSTER,
    "checkpoint": "every finished task is a checkpoint in nbflow: split the step, or let it loop by a switch",
    "kubernetes": _ON_CLUSTER,
    "parallel": "nbflow has no groups of machines: use foreach=",
    "pytorch_parallel": "nbflow has no groups of machines: use foreach=, or start the processes in the step",
    "schedule": "nbflow does not deploy: run the script from cron or a timer",
    "slurm": _ELSEWHERE,
    "step_functions": _ELSEWHERE,
    "trigger": "nbflow does not deploy: start the script from the program that should trigger it",
    "trigger_on_finish": "nbflow does not deploy: start this script after the other",
}
"""Maps decorators that nbflow does not have to what to do instead."""

NAMES = {
    "DeployedFlow": _DEPLOY,
    "Deployer": _DEPLOY,
    "NBDeployer": _DEPLOY,
    "NBRunner": "a notebook runs by itself: write %%step above its cells and use %flow run, or nbflow run NOTEBOOK; "
    "a FlowSpec class in a cell runs when it is called, such as F()",
    "S3": "open the files in the step, with the library of your choice",
    "namespaced_event_name": _DEPLOY,
    "package_sources": "nothing is packaged: tasks run on this machine, with the modules of this machine",
}
"""Maps the other names of `from metaflow import …` that nbflow does not have to what to do instead."""

REFUSED_COMMANDS = {
    "airflow": _DEPLOY,
    "argo-workflows": _DEPLOY,
    "batch": _ELSEWHERE,
    "init": "a run needs no preparation: use run",
    "kubernetes": _ELSEWHERE,
    "output-raw": "use output-dot, or show",
    "package": "nothing is packaged: tasks run on this machine, with the modules of this machine",
    "spin-step": "spin STEP runs a step again on the inputs of its newest run",
    "spot-metadata": _ELSEWHERE,
    "step": "spin STEP runs a step again on the inputs of its newest run",
    "step-functions": _DEPLOY,
}
"""Maps commands of a script that nbflow does not have to what to do instead."""

SUBCOMMANDS = {
    "card create": "cards are made by the task that has @card",
    "logs scrub": "delete the run, with gc",
}

_CARDS = "the cards of reused tasks are always found: choose a card by its task, --type and --id"
_ALONE = "one process performs the whole run, and no other joins it: remove the option"

_OPTIONS = {
    "--local-config-file": "use --config, or --config-value",
    "card get --follow-resumed": _CARDS,
    "card list --follow-resumed": _CARDS,
    "card view --follow-resumed": _CARDS,
    "resume --reentrant": _ALONE,
    "resume --resume-identifier": _ALONE,
    "resume --run-id": "a resumed run has the next number of its flow: --run-id-file writes it, --tag names the run",
}
"""Maps options, with their command in front, to what to do instead; without a command, for every command."""


def why_refused(words: Sequence[str]) -> str | None:
    """Return why a command line is refused that only Metaflow has; None if it is not such a command line."""
    first, two = " ".join(words[:1]), " ".join(words[:2])
    for name, reasons in ((first, REFUSED_COMMANDS), (two, SUBCOMMANDS)):
        if name in reasons:
            return f"{name} is not part of nbflow: {reasons[name]}"
    for word in words:
        option = word.partition("=")[0]
        for spelt in (f"{two} {option}", f"{first} {option}", option):
            if option.startswith("--") and spelt in _OPTIONS:
                return f"{spelt} is not part of nbflow: {_OPTIONS[spelt]}"
    return None


class _Refused:
    """Stands for a name that only Metaflow has: it can be imported, and raises MetaflowException when it is used."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, *_: object, **__: object) -> Any:
        raise MetaflowException(f"{self.__name__} is not part of nbflow: {NAMES[self.__name__]}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self()


def refuse_name(name: str) -> Any:
    """Return the object that stands for a name that only Metaflow has."""
    return _Refused(name)
