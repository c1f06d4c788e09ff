"""Runs verbs of nbflow in processes that die at a given instant: `python -m tests.endurance.killable`.

Each line of its input is a `Deed` in JSON, and each line of its output an `End`. A deed is done in a fork of this
process, which has imported everything, so that hundreds of them are done in a minute.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from nbflow.cli.main import nbflow
from nbflow.verbs.table_of_verbs import VERBS

COUNTED = ("open", "os.", "shutil.", "sqlite3.", "tempfile.", "fcntl.", "socket.", "subprocess.")


@dataclass(frozen=True)
class Deed:
    """A verb with its words, in a folder. It is killed before one of its operations, or after some seconds, or not."""

    words: tuple[str, ...]
    folder: str
    operation: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class End:
    """How a deed ended: the exit code or the negative signal, what it printed, and how many operations it performed."""

    code: int
    said: str
    operations: int


def perform(deed: Deed) -> End:
    """Do a deed in a fork, and wait for its end."""
    said, counted = Path(deed.folder, "said"), Path(deed.folder, "counted")
    child = os.fork()
    if not child:
        _be(deed, said, counted)
    if deed.seconds:
        ended = os.pidfd_open(child)
        if not select.select([ended], [], [], deed.seconds)[0]:
            os.kill(child, signal.SIGKILL)
        os.close(ended)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    end = End(code, said.read_text(), int(counted.read_text() or 0))
    said.unlink()
    counted.unlink()
    return end


def _be(deed: Deed, said: Path, counted: Path) -> NoReturn:
    """Be the fork; the exit functions of Python run at the end."""
    os.chdir(deed.folder)
    os.environ["TMPDIR"] = str(Path(deed.folder, "tmp"))
    tempfile.tempdir = None
    streams, numbers = (os.open(one, os.O_RDWR | os.O_CREAT | os.O_TRUNC) for one in (said, counted))
    for stream in (1, 2):
        os.dup2(streams, stream)
    count = 0

    def see(event: str, _: Any) -> None:
        nonlocal count
        if event.startswith(COUNTED):
            count += 1
            if count == deed.operation:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(see)
    try:
        nbflow(deed.words, prog_name="nbflow")
    finally:
        os.pwrite(numbers, str(count).encode(), 0)
    sys.exit(0)


def main() -> None:
    """Do the deeds that come."""
    for module in {module for module, _ in VERBS.values()}:
        importlib.import_module(f"nbflow.verbs.{module}")
    importlib.import_module("nbflow.cli.terminal")
    importlib.import_module("jupytext")
    for line in sys.stdin:
        facts = json.loads(line)
        print(json.dumps(asdict(perform(Deed(**facts)))), flush=True)


if __name__ == "__main__":
    main()
