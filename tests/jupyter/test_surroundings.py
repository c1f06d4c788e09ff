"""A step in the kernel has the surroundings of a step in a worker: loops, leaving, asking, the process around it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import pytest

from nbflow.errors import StepExited
from nbflow.run.surroundings.stdin import StdinRefused
from tests.jupyter.live import Live
from tests.run.test_surroundings import AWAITING, CHANGED, EXPECTED, IMPORTS


def run_in_a_loop(live: Live, *cells: str) -> None:
    """As a kernel does, whose own loop runs while a cell does."""

    async def kernel() -> None:
        for cell in cells:
            live.run(cell)
        assert asyncio.get_running_loop() is running[0]

    async def main() -> None:
        running.append(asyncio.get_running_loop())
        await kernel()

    running: list[asyncio.AbstractEventLoop] = []
    asyncio.run(main())


def test_steps_await_and_run_loops_while_the_loop_of_the_kernel_runs(live: Live) -> None:
    run_in_a_loop(live, IMPORTS, *(f"%%step {name}\n{body}\n{name}_v = v" for name, body in AWAITING.items()))
    assert {name: live.names[f"{name}_v"] for name in AWAITING} == EXPECTED


def test_what_a_step_does_to_its_process_ends_with_the_step(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(live.session.folder)
    for cell in CHANGED.cells:
        live.run(cell)
    assert live.names["again"] == live.names["seen"]
    assert os.getcwd() == str(live.session.folder)


def test_leaving_is_a_failure_of_the_step_and_says_so(live: Live) -> None:
    live.session.kept |= {"exit", "quit"}
    live.names |= {"exit": lambda: pytest.fail("IPython's word ends the kernel"), "quit": None}
    before = live.names["exit"], live.names["quit"]
    for call in ("exit()", "quit(1)", "import sys; sys.exit('no')"):
        with pytest.raises(StepExited, match="so it counts as failed"):
            live.run(f"%%step leave\n{call}\nx = 1")
    assert (live.names["exit"], live.names["quit"]) == before
    assert "x" not in live.names


def test_asking_is_refused(live: Live) -> None:
    for call in ("input()", "sys.stdin.readline()", "getpass.getpass()"):
        with pytest.raises(StdinRefused):
            live.run(f"%%step ask\nimport sys, getpass\nx = {call}")


def test_a_thread_that_a_step_left_behind_prints_nothing_into_the_next(live: Live) -> None:
    live.run("import threading\ngo, said = threading.Event(), threading.Event()")
    live.names["start"] = start_late_thread
    live.run("%%step one\nimport tests.jupyter.test_surroundings as t\nt.start_late_thread()\nx = 1")
    live.run("%%step two\nimport tests.jupyter.test_surroundings as t\nt.GO.set()\nt.SAID.wait(60)\ny = x")
    live.run("%%step two\nimport tests.jupyter.test_surroundings as t\nt.GO.set()\nt.SAID.wait(60)\ny = x")
    assert live.screen.replayed == []


GO, SAID = threading.Event(), threading.Event()


def start_late_thread() -> None:
    def say() -> None:
        GO.wait(60)
        print("late")
        SAID.set()

    threading.Thread(target=say, daemon=True).start()


def test_a_profiler_that_is_on_stays_on_through_a_step(live: Live) -> None:
    live.run("import cProfile\nprofile = cProfile.Profile()\nprofile.enable()")
    try:
        live.run("%%step a\nx = sum(range(10))")
        assert sys.getprofile() is live.names["profile"]
    finally:
        live.names["profile"].disable()
    assert live.names["x"] == 45
