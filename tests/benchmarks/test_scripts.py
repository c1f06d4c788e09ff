"""What `python flow.py …` costs in a cold process. By hand: `pytest tests/benchmarks --benchmark-only`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(600)


def line(steps: int, head: str = "", broken: int | None = None, library: str = "nbflow") -> str:
    """A flow of so many steps in a row; one of them fails until the file `ready` is there."""
    names = ["start", *(f"s{number}" for number in range(1, steps - 1)), "end"]
    text = [head, "import os", f"from {library} import FlowSpec, step", "", "class F(FlowSpec):"]
    for number, name in enumerate(names):
        text += ["    @step", f"    def {name}(self):", f"        self.x{number} = {number}"]
        text += ["        assert os.path.exists('ready')"] if number == broken else []
        text += [f"        self.next(self.{names[number + 1]})"] if number + 1 < steps else []
    return "\n".join([*text, "if __name__ == '__main__':", "    F()", ""])


def wide(tasks: int, library: str = "nbflow") -> str:
    return f"""
from {library} import FlowSpec, step

class F(FlowSpec):
    @step
    def start(self):
        self.items = list(range({tasks}))
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass

if __name__ == "__main__":
    F()
"""


def command(folder: Path, *args: str, expected: int = 0) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "flow.py", *args], cwd=folder, env=env, capture_output=True, check=False)
    assert done.returncode == expected, done.stdout + done.stderr


def write(folder: Path, text: str) -> Path:
    (folder / "flow.py").write_text(text)
    return folder


def test_run_of_twenty_steps(benchmark: Any, tmp_path: Path) -> None:
    folder = write(tmp_path, line(20))
    benchmark.pedantic(command, (folder, "run"), rounds=5)
    assert benchmark.stats.stats.median <= 1.0


def test_run_of_twenty_steps_with_pandas(benchmark: Any, tmp_path: Path) -> None:
    folder = write(tmp_path, line(20, "import pandas"))
    benchmark.pedantic(command, (folder, "run"), rounds=5)


def test_foreach_of_500(benchmark: Any, tmp_path: Path) -> None:
    folder = write(tmp_path, wide(500))
    benchmark.pedantic(command, (folder, "run", "--max-num-splits", "500"), rounds=3)
    assert benchmark.stats.stats.median <= 2.5


def test_resume_of_twenty_steps_at_the_fifteenth(benchmark: Any, tmp_path: Path) -> None:
    folder = write(tmp_path, line(20, broken=15))
    command(folder, "run", expected=1)
    (folder / "ready").touch()
    benchmark.pedantic(command, (folder, "resume", "--origin-run-id", "1"), rounds=1)
    assert benchmark.stats.stats.median <= 0.8


def test_check(benchmark: Any, tmp_path: Path) -> None:
    folder = write(tmp_path, line(20))
    benchmark.pedantic(command, (folder, "check"), rounds=5)
    assert benchmark.stats.stats.median <= 0.4
