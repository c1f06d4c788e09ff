"""`Runner`: run a script from Python, in a process of its own."""

from __future__ import annotations

import ast
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nbflow import client
from nbflow.errors import MetaflowException, StoreError
from nbflow.flow.code import parse
from nbflow.flow.encoding import decode
from nbflow.flow.flowspec import methods_of


class Runner:
    """`Runner("flow.py").run(alpha=0.1)`. Top-level options are given here, those of the command to `run`."""

    def __init__(
        self, flow_file: str | os.PathLike[str], *, env: Mapping[str, str] | None = None, cwd: str | None = None,
        show_output: bool = False, **options: Any,
    ) -> None:  # fmt: skip
        self.file = Path(flow_file).resolve()
        if not self.file.is_file():
            raise MetaflowException(f"{flow_file} is not a file: give the path of a script")
        self.env, self.cwd, self.show_output, self.options = (
            dict(env or {}),
            Path(cwd or Path.cwd()),
            show_output,
            options,
        )

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to clean up."""

    def run(self, **options: Any) -> ExecutingRun:
        """Run it to the end. A failure does not raise: look at `status`."""
        return self.start("run", **options).wait_here()

    def resume(self, **options: Any) -> ExecutingRun:
        return self.start("resume", **options).wait_here()

    async def async_run(self, **options: Any) -> ExecutingRun:
        """Start it; `await executing.wait()` waits."""
        return self.start("run", **options)

    async def async_resume(self, **options: Any) -> ExecutingRun:
        return self.start("resume", **options)

    def start(self, command: str, *, step_to_rerun: str | None = None, **options: Any) -> ExecutingRun:
        folder = Path(tempfile.mkdtemp(prefix="nbflow-run-"))
        words = [sys.executable, str(self.file), *_words(self.options), command]
        words += [step_to_rerun] if step_to_rerun else []
        words += ["--run-id-file", str(folder / "run"), *_words(options)]
        files = {name: (folder / name).open("wb") for name in ("stdout", "stderr")}
        process = subprocess.Popen(words, cwd=self.cwd, env={**os.environ, **self.env}, **files)  # type: ignore[call-overload]
        for file in files.values():
            file.close()
        return ExecutingRun(process, folder, self)


class ExecutingRun:
    """A run that goes on in another process, or has ended there."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, runner: Runner) -> None:
        self.process, self._folder, self._runner = process, folder, runner
        self._timed_out = False
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def __enter__(self) -> ExecutingRun:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def wait_here(self) -> ExecutingRun:
        self.process.wait()
        if self._runner.show_output:
            print(self.stdout, end="")
        return self

    async def wait(self, timeout: float | None = None) -> ExecutingRun:
        """Until it is over, or so many seconds."""
        try:
            await asyncio.wait_for(asyncio.to_thread(self.process.wait), timeout)
        except TimeoutError:
            self._timed_out = True
            self.process.terminate()
            await asyncio.to_thread(self.process.wait)
        return self

    @property
    def returncode(self) -> int | None:
        return self.process.poll()

    @property
    def status(self) -> str:
        """running, failed, successful or timeout."""
        if self._timed_out:
            return "timeout"
        code = self.returncode
        return "running" if code is None else "failed" if code else "successful"

    @property
    def stdout(self) -> str:
        return self._read("stdout")

    @property
    def stderr(self) -> str:
        return self._read("stderr")

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text("utf-8", "replace")

    @property
    def run(self) -> client.Run | None:
        """The run as the client has it; None before it has an id."""
        file = self._folder / "run"
        if not file.exists():
            return None
        try:
            return client.Flow(self._flow, self._runner.cwd, _namespace_check=False)[file.read_text().strip()]
        except StoreError:
            return None

    @property
    def _flow(self) -> str:
        """The name of the flow class: the last class with steps in the file."""
        tree = parse(decode(self._runner.file.read_bytes()))
        found = [node for node in tree.body if isinstance(node, ast.ClassDef) and _has_steps(node)]
        if not found:
            raise MetaflowException(f"{self._runner.file} defines no flow: derive a class from FlowSpec")
        return found[-1].name

    def stream_log(self, stream: str, every: float = 0.1) -> Iterator[str]:
        """Lines of a stream as they come, until the run is over."""
        told = 0
        while True:
            is_over = self.process.poll() is not None
            text = self._read(stream)
            *whole, rest = text[told:].split("\n")
            yield from whole
            told = len(text) - len(rest)
            if is_over:
                if rest:
                    yield rest
                return
            time.sleep(every)


def _has_steps(node: ast.ClassDef) -> bool:
    return any("step" in ast.unparse(one) for m in methods_of(node, "").values() for one in m.tree.decorator_list)


def _words(options: Mapping[str, Any]) -> list[str]:
    """`alpha=0.1` as `--alpha 0.1`; a list several times; True as a bare option."""
    words: list[str] = []
    for name, value in options.items():
        spelt = {"decospecs": "--with", "tags": "--tag"}.get(name, f"--{name}")
        if name in ("max_workers", "max_num_splits", "run_id_file", "origin_run_id", "no_lint", "no_pylint"):
            spelt = f"--{name.replace('_', '-')}"
        for one in value if isinstance(value, list | tuple) and name in ("tags", "decospecs") else [value]:
            words += [spelt] if one is True and name in ("quiet", "no_lint", "no_pylint") else [spelt, str(one)]
    return words
