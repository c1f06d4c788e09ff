"""Finds out which memory and which GPUs this machine has for the tasks of a run, and what a step asks for in vain."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from nbflow.errors import ResourceMissing
from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Problem
from nbflow.flow.syntax.specs import Site, StepSpec
from nbflow.run.machine.plan import Resources, RunPlan
from nbflow.run.task.granted import GPU_VARIABLE

_NO_GPU = frozenset({"", "-1", "NoDevFiles"})  # what ends the list in the variable


def memory_here() -> int | None:
    """Return the bytes of memory of this machine; None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def gpus_here() -> tuple[str, ...]:
    """Return the GPUs that this process may use, by the names that CUDA_VISIBLE_DEVICES has for them."""
    named = os.environ.get(GPU_VARIABLE)
    if named is not None:
        return tuple(takewhile(lambda one: one not in _NO_GPU, map(str.strip, named.split(","))))
    devices = [one for one in Path("/dev").glob("nvidia*") if one.name.removeprefix("nvidia").isdigit()]
    return tuple(map(str, range(len(devices))))


def count_resources(plan: RunPlan, graph: Graph) -> RunPlan:
    """Return the plan with the memory and the GPUs of this machine, if a step of it asks for any."""
    counted = resources_here(plan.resources, (graph.steps[name] for name in plan.reuse))
    return replace(plan, memory=counted.memory, gpus=counted.gpus)


def resources_here(known: Resources, steps: Iterable[StepSpec]) -> Resources:
    """Return what is known of the resources of this machine, with the memory and the GPUs if one of the steps asks."""
    options = [step.options for step in steps]
    memory = memory_here() if known.memory is None and any(one.memory for one in options) else known.memory
    return replace(known, memory=memory, gpus=gpus_here() if any(one.gpu for one in options) else None)


def what_is_missing(step: StepSpec, plan: RunPlan) -> ResourceMissing | None:
    """Return why the tasks of a step can never start in this run; None if they can."""
    if step.options.on is Site.CLUSTER and plan.here is None:
        fix = "Give the run a cluster (--on CLUSTER), or write --on local"
        return ResourceMissing(step.name, "--on cluster", "the run has no cluster", fix)
    here = plan.here if plan.here is not None and step.options.on is Site.LOCAL else plan.resources
    return None if here.gpus is None else _missing_gpus(step, here.gpus)


def _missing_gpus(step: StepSpec, gpus: tuple[str, ...]) -> ResourceMissing | None:
    asked = step.options.gpu
    if asked <= len(gpus):
        return None
    found = f"this machine has {len(gpus) or 'no GPU'}" + (f" ({', '.join(gpus)})" if gpus else "")
    less = f"write --gpu {len(gpus)}" if gpus else "remove --gpu"
    fix = f"Run the flow on a cluster that has them (--on CLUSTER), {less}, or name the GPUs in {GPU_VARIABLE}"
    return ResourceMissing(step.name, f"--gpu {asked}", found, fix)


def check_resources(graph: Graph) -> Iterator[Problem]:
    """Yield a warning for each step that this machine can never run."""
    for step in graph.steps.values():
        missing = _missing_gpus(step, gpus_here()) if step.options.gpu else None
        if missing is not None and step.options.on is not Site.CLUSTER:
            yield Problem("resource", missing.message, missing.fix, step.place, step.name, warning=True)
