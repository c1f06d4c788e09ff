"""Finds local modules that were edited after this kernel imported them, and has them imported again."""

from __future__ import annotations

import importlib
import sys
import time

from nbflow.run.program.local_modules import digest_modules, local_modules
from nbflow.run.program.program import Program


class LocalModules:
    """Remembers the text of each local module that the kernel has imported.

    The text is part of a task's key, so a step must not run with an older text. A module that was changed since is
    removed from `sys.modules`, with all local modules that the step uses, and imported again when the step needs it.
    """

    def __init__(self) -> None:
        self._began = time.time()
        self._seen: dict[str, str] = {}

    def refresh(self, program: Program, step: str) -> list[str]:
        """Remove the changed modules that a step uses from `sys.modules`, and return their names."""
        names = program.modules(step, program.closure(step))
        if not names:
            return []
        now = dict(digest_modules(names, program.project))
        changed = [name for name in now if name in sys.modules and self._is_stale(program, name, now[name])]
        self._seen.update(now)
        if changed:
            importlib.invalidate_caches()
            for name in now:
                sys.modules.pop(name, None)
        return changed

    def _is_stale(self, program: Program, name: str, digest: str) -> bool:
        """Tell whether a module was edited since its import; if its text was not recorded, compare its file's time."""
        if name in self._seen:
            return self._seen[name] != digest
        path = local_modules([name], program.project)[name]
        return path.stat().st_mtime > self._began
