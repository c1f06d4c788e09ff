"""However a driver ends, no process of its run is left on any host; what cannot be used is said in one line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exploring import some
from tests.run.hosts.hosts import Hosts, started, wait_until

SLEEPING = """%%step slow
import subprocess, time
child = subprocess.Popen(["sleep", "600"])
print("asleep", flush=True)
time.sleep(600)"""


def notebook(folder: Path, *sources: str) -> Path:
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": text, "outputs": [], "execution_count": None}
        for n, text in enumerate(sources)
    ]
    path = folder / "work.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    return path


def command(*words: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nbflow", *words], cwd=folder, text=True, env={**os.environ, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def said(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=60)
    return output + errors


def is_asleep(folder: Path) -> bool:
    return any("asleep" in path.read_text() for path in (folder / ".nbflow" / "live").glob("*/*.out"))


@pytest.mark.parametrize("number", some([signal.SIGTERM, signal.SIGINT, signal.SIGKILL], 3))
def test_nothing_is_left_on_the_hosts_when_the_driver_ends(hosts: Hosts, tmp_path: Path, number: int) -> None:
    notebook(tmp_path, SLEEPING)
    driver = command("run", "work.ipynb", "--on", hosts.address, folder=tmp_path)
    assert wait_until(lambda: is_asleep(tmp_path), 30)
    assert hosts.processes("sleep")
    driver.send_signal(number)
    output = said(driver)
    assert wait_until(lambda: not hosts.agents)
    if number != signal.SIGKILL:
        assert "cancelled" in output
        assert "asleep" in said(command("logs", "work.ipynb", "slow", folder=tmp_path))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "http://127.0.0.1:9"])
def test_a_cluster_that_cannot_be_reached_is_said_in_one_line(address: str, tmp_path: Path) -> None:
    notebook(tmp_path, "%%step a\nx = 1")
    output = said(command("run", "work.ipynb", "--on", address, folder=tmp_path))
    assert len(output.splitlines()) == 1
    assert f"--on {address}" in output


def test_a_worker_with_other_versions_is_named_before_anything_runs(hosts: Hosts, tmp_path: Path) -> None:
    site = tmp_path / "site"
    facts = site / "pandas-1.5.3.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: pandas\nVersion: 1.5.3\n")
    paths = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
    with started(tmp_path, workers=0) as other:
        other.start_worker(PYTHONPATH=paths)
        notebook(tmp_path, "%%step a\nx = 1")
        output = said(command("run", "work.ipynb", "--on", other.address, folder=tmp_path))
    assert len(output.splitlines()) == 1
    assert re.search(r"pandas is 1\.5\.3 instead of \S+ on its worker tcp://", output)
    assert not (tmp_path / ".nbflow").exists()
