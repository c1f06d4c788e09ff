"""Kills verbs of nbflow at random instants, and sees what is left in the folder."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nbflow.client import Flow
from tests.endurance.killable import Deed, End

ROOT = Path(__file__).parents[2]
PATIENCE = 60
_TASK = re.compile(r"(start|hashed|joined|end)(\[\d+\])? · ")

CELLS = (
    "import hashlib",
    "%%step start\nimport numpy as np\nwords = [f'word{i}' for i in range(6)]\nlarge = np.arange(200_000)",
    "%%step hashed --foreach word in words\ndigest = hashlib.sha256(word.encode()).hexdigest()\npart = large[:9_000]",
    "%%step joined --join hashed\neverything = [one.digest for one in inputs]",
    "%%step end\ntotal = int(large.sum())\nall_of_it = everything, total\nprint('the end', total)",
)


class Killer:
    """Does deeds in forks of one process that stays."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.endurance.killable"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def do(self, folder: Path, *words: str, operation: int = 0, seconds: float = 0.0) -> End:
        """Do a verb, and kill it before one of its operations, or after some seconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(Deed(words, str(folder), operation, seconds))) + "\n")
        self._process.stdin.flush()
        return End(**json.loads(self._process.stdout.readline()))

    def stop(self) -> None:
        self._process.communicate()


@dataclass(frozen=True)
class Place:
    """A folder in which a verb is killed again and again. `files` are the user's, as they were before."""

    folder: Path
    files: Mapping[str, bytes]

    @classmethod
    def of(cls, folder: Path) -> Place:
        return cls(folder, contents(folder))

    def copy_to(self, folder: Path) -> Place:
        """The same place elsewhere, as it was."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, copy_function=shutil.copy2)
        return Place(folder, self.files)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


def processes_in(folder: Path) -> list[int]:
    """The processes that have this folder in their environment or as their place."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                if f"{folder}/tmp" in (process / "environ").read_text("utf-8", "replace"):
                    found.append(int(process.name))
            except OSError:
                continue  # it has ended
    return found


def wait_until_alone(folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while processes_in(folder):
        assert time.monotonic() < end, "a process outlived the one that was killed"
        time.sleep(0.02)


def leftovers(folder: Path) -> list[str]:
    """What no finished nbflow leaves; Python itself may leave a file with which it tries out a temporary folder."""
    places = ("tmp/*-*", ".nbflow-new-*", ".nbflow/blobs/tmp/*", ".nbflow/blobs/*/tmp/*", ".nbflow/live/*")
    return [str(found.relative_to(folder)) for place in places for found in folder.glob(place)]


def values(folder: Path, flow: str = "flow") -> Any:
    run: Any = Flow(flow, folder).latest_run
    return run.data.all_of_it


def finished(said: str) -> set[str]:
    """The tasks that were over, by what a run has printed: the last line may have been cut off."""
    return {line.partition(" · ")[0] for line in said[: said.rfind("\n") + 1].splitlines() if _TASK.match(line)}


def executed(said: str) -> set[str]:
    """Those of them that really ran."""
    return finished("".join(f"{line}\n" for line in said.splitlines() if " · from run " not in line))
