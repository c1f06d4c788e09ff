"""Decides which modules the fork server of a notebook imports, so that every worker starts with them."""

from __future__ import annotations

from collections.abc import Iterable

from nbflow.flow.effects.library_calls import concerns_imports
from nbflow.run.output.frontend import SHELL_MODULE
from nbflow.run.output.needs_shell import needs_shell
from nbflow.run.program.local_modules import local_modules
from nbflow.run.program.program import Program


def modules_to_preload(program: Program, steps: Iterable[str]) -> list[str]:
    """Return what to import in the fork server for these steps, except the project's own modules, which may change.

    Modules that are imported below a setting which imports may look at, such as an environment variable, are left to
    the workers. The shell comes first, because libraries look for it when they are imported.
    """
    set_at = next((one.place for one in program.graph.prelude.definitions if concerns_imports(one)), None)
    names: set[str] = set()
    for step in (program.graph.steps[name] for name in steps):
        importing = [(one.place, one.modules) for one in program.closure(step.name)]
        for place, modules in (*importing, (step.place, step.source.modules)):
            names |= modules if set_at is None or place < set_at else frozenset()
    local = local_modules(names, program.project)
    found = sorted(name for name in names if not name.startswith(".") and name.partition(".")[0] not in _tops(local))
    performer = program.performer.partition(":")[0]
    return [*([SHELL_MODULE] if needs_shell(program) else []), performer, *found]


def _tops(modules: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}
