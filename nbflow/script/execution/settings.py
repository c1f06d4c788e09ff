"""Defines the settings of a run of a script, as its command line gives them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FIRST = "1"
"""The id of the only task of a run that spins a step."""


@dataclass(frozen=True)
class Settings:
    """Holds the options of the command line that say how a run goes."""

    max_workers: int | None = None
    max_splits: int | None = 100
    tags: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    run_id_file: Path | None = None
    namespace: str | None = None
    quiet: bool = False
    attribute_file: Path | None = None
    spun_step: str = ""
    cluster: str = ""  # what `--on` names; "" for this machine

    def announce(self, flow: str, run: int, folder: Path) -> None:
        """Write the id of the run into the files that the options name. `folder` is the folder of the store."""
        if self.run_id_file is not None:
            self.run_id_file.write_text(str(run))
        if self.attribute_file is not None:
            facts = {"run_id": str(run), "flow_name": flow, "metadata": f"{self._kind}@{folder}"}
            task = {"step_name": self.spun_step, "task_id": FIRST} if self.spun_step else {}
            self.attribute_file.write_text(json.dumps(facts | task), "utf-8")

    @property
    def _kind(self) -> str:
        return "spin" if self.spun_step else "local"
