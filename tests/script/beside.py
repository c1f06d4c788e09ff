"""Run a script with Metaflow and with nbflow, and keep what its tasks print, its exit code and its artifacts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LINE = re.compile(r"\d{4}-\d\d-\d\d [\d:.]+ \[[^/]+/(\w+)/[^\]]*\] (> .*)")
_READ = """
import json, sys
from {library} import Flow, namespace
namespace(None)
run = Flow(sys.argv[1]).latest_run
found = {{}}
for step in run:
    for task in step:
        for one in task:
            if not one.id.startswith("_") and one.id != "name":
                found[step.id + "." + one.id] = repr(one.data)
print(json.dumps(found, sort_keys=True))
"""


@dataclass(frozen=True)
class Ran:
    """What both engines must agree on."""

    code: int
    said: list[str]
    output: str

    @property
    def seen(self) -> tuple[bool, list[str]]:
        return self.code == 0, self.said


def run_with(library: str, folder: Path, body: str, *commands: str) -> Ran:
    """Write a script whose first lines import from the library, run its commands, and return what the last one did.

    Of what its tasks print, only lines that begin with `>` are kept.
    """
    place = folder / library
    place.mkdir(exist_ok=True)
    (place / "flow.py").write_text(body.replace("LIBRARY", library))
    done = None
    for command in commands:
        done = _call([str(place / "flow.py"), *json.loads(command)], place)
    assert done is not None
    lines = [found.groups() for line in done.stdout.splitlines() if (found := _LINE.match(line))]
    said = sorted(f"{step}: {text}" for step, text in lines)
    return Ran(done.returncode, said, done.stdout + done.stderr)


def artifacts_of(library: str, folder: Path, flow: str = "F") -> dict[str, Any]:
    """Each artifact of the newest run, as its text."""
    done = _call(["-c", _READ.format(library=library), flow], folder / library)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _call(words: list[str], place: Path) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "METAFLOW_USER": "tester",
        "METAFLOW_HOME": str(place), "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(place), "USERNAME": "tester",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, *words], cwd=place, env=env, capture_output=True, text=True, check=False, timeout=120
    )
