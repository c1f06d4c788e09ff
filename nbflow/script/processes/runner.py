"""Defines `Runner`, which runs a script from Python in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from nbflow import client
from nbflow.errors import OptionRefused, RunNotStarted, ScriptMissing, StoreError

EVERY = 0.1
"""The seconds to wait before it looks at a run again."""

_USAGE_ERROR = 2
"""The exit code of a script that was given an option which it does not have, or a value of another type."""


class Runner:
    """Runs a script in a process of its own.

    Options that come before the command are arguments of Runner; those of a command are arguments of its method.

    Args:
        flow_file: The path of the script.
        show_output: Whether the output is shown while a command runs.
        profile: The value of METAFLOW_PROFILE in the other process.
        env: Environment variables of the other process, added to those of this one.
        cwd: The working directory of the other process, in which its store is looked for; the present one by default.
        file_read_timeout: Accepted as in Metaflow, and ignored.
        **options: Options that come before the command, such as `environment="local"`.

    Raises:
        ScriptMissing: if there is no such file.

    Example:
        >>> with Runner("films.py", show_output=False) as runner:
        ...     executing = runner.run(alpha=0.1)
        ...     print(executing.status, executing.run.data.score)
        successful 0.1
    """

    def __init__(
        self, flow_file: str | os.PathLike[str], show_output: bool = True, profile: str | None = None,
        env: Mapping[str, str] | None = None, cwd: str | None = None, file_read_timeout: int = 3600, **options: Any,
    ) -> None:  # fmt: skip
        self.file = Path(flow_file).resolve()
        if not self.file.is_file():
            raise ScriptMissing(str(flow_file))
        self.env = {**({"METAFLOW_PROFILE": profile} if profile else {}), **(env or {})}
        self.cwd, self.show_output, self.options = Path(cwd or Path.cwd()), show_output, options

    def __enter__(self) -> Runner:
        return self

    async def __aenter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.cleanup()

    async def __aexit__(self, *_: object) -> None:
        self.cleanup()

    def cleanup(self) -> None:
        """Do nothing: the output of a run is deleted together with its ExecutingRun."""

    def run(self, **options: Any) -> ExecutingRun:
        """Run the script to the end. A failed run raises nothing: look at `status` of the result.

        Raises:
            RunNotStarted: if the script ended before it had a run, such as for a mistake in the flow.
            OptionRefused: if an option is unknown to the script, or its value has another type.
        """
        return self._run("run", options).wait_here()

    def resume(self, *, step_to_rerun: str | None = None, **options: Any) -> ExecutingRun:
        """Resume a run to the end, as `python FLOW resume` does. Raises as `run` does."""
        return self._run("resume", options, step_to_rerun).wait_here()

    def spin(self, pathspec: str, **options: Any) -> ExecutingTask:
        """Run one step again, as `python FLOW spin PATHSPEC` does. Raises as `run` does."""
        return self._spin(pathspec, options).wait_here()

    async def async_run(self, **options: Any) -> ExecutingRun:
        """Start the script and return when it has a run. `await executing.wait()` waits for its end.

        Raises as `run` does.
        """
        return await self._run("run", options).begin()

    async def async_resume(self, *, step_to_rerun: str | None = None, **options: Any) -> ExecutingRun:
        """Start to resume a run, and return when the new run has an id. Raises as `run` does."""
        return await self._run("resume", options, step_to_rerun).begin()

    async def async_spin(self, pathspec: str, **options: Any) -> ExecutingTask:
        """Start to run one step again, and return when its task has an id. Raises as `run` does."""
        return await self._spin(pathspec, options).begin()

    def _run(self, command: str, options: Mapping[str, Any], *about: str | None) -> ExecutingRun:
        return ExecutingRun(*self._begin(command, [word for word in about if word], options), self)

    def _spin(self, pathspec: str, options: Mapping[str, Any]) -> ExecutingTask:
        return ExecutingTask(*self._begin("spin", [pathspec], options), self)

    def _begin(
        self, command: str, about: Sequence[str], options: Mapping[str, Any]
    ) -> tuple[subprocess.Popen[bytes], Path]:
        """Return the process and the folder into which it writes."""
        folder = Path(tempfile.mkdtemp(prefix="nbflow-run-"))
        words = [sys.executable, str(self.file), *_words(self.options), command, *about]
        words += ["--runner-attribute-file", str(folder / "run"), *_words(options), *_kinds(options)]
        files = {name: (folder / name).open("wb") for name in ("stdout", "stderr")}
        process = subprocess.Popen(words, cwd=self.cwd, env={**os.environ, **self.env}, **files)  # type: ignore[call-overload]
        for file in files.values():
            file.close()
        return process, folder


class Executing:
    """Watches a command of a script that runs in another process, or has ended there."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, runner: Runner) -> None:
        self.process, self._folder, self._runner = process, folder, runner
        self._timed_out = False
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        self.__exit__(*error)

    def wait_here(self) -> Self:
        """Wait until it is over. Meanwhile show its output, unless the Runner was told not to."""
        if self._runner.show_output:
            for line in self.stream_log("stdout"):
                print(line)
            print(self.stderr, end="", file=sys.stderr)
        self.process.wait()
        self._require_a_run()
        return self

    async def begin(self) -> Self:
        """Wait until its run is known. Raises RunNotStarted if it ends before."""
        while not self._facts and self.process.poll() is None:
            await asyncio.sleep(EVERY)
        self._require_a_run()
        return self

    def _require_a_run(self) -> None:
        if self._facts:
            return
        code = self.process.wait()
        said = self.stderr or self.stdout
        if code == _USAGE_ERROR:
            raise OptionRefused(str(self._runner.file), code, said.rpartition("\nError: ")[2])
        raise RunNotStarted(str(self._runner.file), code, said)

    async def wait(self, timeout: float | None = None, stream: str | None = None) -> Self:
        """Wait until it is over, or at most `timeout` seconds. `stream`, stdout or stderr, is shown meanwhile."""
        try:
            await asyncio.wait_for(self._end(stream), timeout)
        except TimeoutError:
            self._timed_out = True
            self.process.terminate()
            await asyncio.to_thread(self.process.wait)
        return self

    async def _end(self, stream: str | None) -> None:
        if stream is not None:
            async for _, line in self.stream_log(stream):
                print(line)
        while self.process.poll() is None:
            await asyncio.sleep(EVERY)

    def kill(self) -> None:
        """End the process and its child processes."""
        if self.process.poll() is None:
            self.process.terminate()

    @property
    def command_obj(self) -> Self:
        """Return the object that has `process` and `kill`, as in Metaflow."""
        return self

    @property
    def returncode(self) -> int | None:
        """Return the exit code; None while the process runs."""
        return self.process.poll()

    @property
    def status(self) -> str:
        """Return running, failed, successful or timeout."""
        if self._timed_out:
            return "timeout"
        code = self.returncode
        return "running" if code is None else "failed" if code else "successful"

    @property
    def stdout(self) -> str:
        """Return the output so far."""
        return self._read("stdout")

    @property
    def stderr(self) -> str:
        """Return the error output so far."""
        return self._read("stderr")

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text("utf-8", "replace")

    @property
    def _facts(self) -> dict[str, str]:
        """Return the facts that the process has written about its run; none before the run has an id."""
        try:
            facts: dict[str, str] = json.loads((self._folder / "run").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return facts

    def stream_log(self, stream: str, position: int | None = None) -> Log:
        """Return the lines of stdout or stderr from a position on; iterate over them until the run is over."""
        return Log(self, stream, position or 0)

    def read_from(self, stream: str, position: int) -> tuple[list[bytes], bool]:
        """Return the complete lines so far, and whether no more will come."""
        is_over = self.process.poll() is not None
        with (self._folder / stream).open("rb") as file:
            file.seek(position)
            lines = file.read().splitlines(keepends=True)
        if lines and not is_over and not lines[-1].endswith(b"\n"):
            lines.pop()
        return lines, is_over


class ExecutingRun(Executing):
    """Watches a run in another process, and gives the run of the client."""

    @property
    def run(self) -> client.Run | None:
        """Return the run of the client; None before it has an id."""
        facts = self._facts
        if not facts:
            return None
        try:
            flow = client.Flow(facts["flow_name"], self._runner.cwd, _namespace_check=False, _spins=False)
            return flow[facts["run_id"]]
        except StoreError:
            return None


class ExecutingTask(Executing):
    """Watches a step that runs again in another process, and gives the task of the client."""

    @property
    def task(self) -> client.Task | None:
        """Return the task of the client; None before it has begun."""
        facts = self._facts
        if not facts:
            return None
        spec = "/".join(facts[name] for name in ("flow_name", "run_id", "step_name", "task_id"))
        try:
            return client.Task(spec, self._runner.cwd, _namespace_check=False, _spins=True)
        except StoreError:
            return None


class Log:
    """Yields lines as they come: `for line in …`, or `async for position, line in …` as in Metaflow."""

    def __init__(self, executing: Executing, stream: str, position: int) -> None:
        self.executing, self.stream, self.position = executing, stream, position

    def __iter__(self) -> Iterator[str]:
        is_over = False
        while not is_over:
            lines, is_over = self._read()
            yield from (line for _, line in lines)
            if not is_over:
                time.sleep(EVERY)

    async def __aiter__(self) -> AsyncIterator[tuple[int, str]]:
        is_over = False
        while not is_over:
            lines, is_over = self._read()
            for line in lines:
                yield line
            if not is_over:
                await asyncio.sleep(EVERY)

    def _read(self) -> tuple[list[tuple[int, str]], bool]:
        """Return the new lines, each with the position behind it, and whether no more will come."""
        lines, is_over = self.executing.read_from(self.stream, self.position)
        found: list[tuple[int, str]] = []
        for line in lines:
            self.position += len(line)
            found.append((self.position, line.decode("utf-8", "replace").rstrip("\r\n")))
        return found, is_over


_FLAGS = frozenset(
    {
        "quiet",
        "lint",
        "no_lint",
        "pylint",
        "no_pylint",
        "production",
        "force_rebuild_environments",
        "persist",
        "skip_decorators",
        "clone_only",
    }
)
_OWN = frozenset(
    {
        "max_workers",
        "max_num_splits",
        "max_log_size",
        "run_id_file",
        "origin_run_id",
        "datastore_root",
        "artifacts_module",
        "runner_attribute_file",
    }
)
_OWN_NAMES = {"decospecs": "with", "tags": "tag", "config_value": "config-value"}


def _words(options: Mapping[str, Any]) -> list[str]:
    """Return options as words: `alpha=0.1` as `--alpha 0.1`, an item of a list as one option, False as `--no-…`."""
    words: list[str] = []
    for name, value in options.items():
        if value is None:
            continue
        spelt = _OWN_NAMES.get(name, name.replace("_", "-") if name in _OWN | _FLAGS else name)
        if name in _FLAGS:
            words.append(f"--{spelt}" if value else f"--no-{spelt}")
        elif name in ("config", "config_value"):
            pairs = value.items() if isinstance(value, Mapping) else value
            words += [word for key, one in pairs for word in (f"--{spelt}", key, _text(one))]
        elif name in ("tags", "decospecs", "tag"):
            words += [word for one in _several(value) for word in (f"--{spelt}", str(one))]
        else:
            words += [f"--{spelt}", _text(value)]
    return words


def _kinds(options: Mapping[str, Any]) -> list[str]:
    """Return the words that tell a script which options were texts in Python, which are sent as JSON, and numbers."""
    kinds = {name: _kind(value) for name, value in options.items() if value is not None}
    return ["--runner-kinds", json.dumps(kinds)] if kinds else []


def _kind(value: Any) -> str | None:
    if isinstance(value, dict | list | tuple):
        return "json"
    return "text" if isinstance(value, str) else "number" if isinstance(value, int | float) else None


def _several(value: Any) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | list | tuple) else str(value)
