"""Local modules that were edited after this kernel imported them."""

from __future__ import annotations

import importlib
import sys
import time

from nbflow.run.program.local_modules import digest_modules, local_modules
from nbflow.run.program.program import Program


class LocalModules:
    """Remembers which text of each local module the kernel has imported.

    The text is part of a task's key, so a step must not run with another. A module changed since is forgotten by
    Python with all local modules that the step reaches, and imported again when the step asks for it.
    """

    def __init__(self) -> None:
        self._began = time.time()
        self._seen: dict[str, str] = {}

    def refresh(self, program: Program, step: str) -> list[str]:
        """The modules that the step will import anew."""
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
        """Of a module that was imported before anybody looked, the time of its file is all there is to go by."""
        if name in self._seen:
            return self._seen[name] != digest
        path = local_modules([name], program.project)[name]
        return path.stat().st_mtime > self._began
