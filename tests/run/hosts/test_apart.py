"""Hosts that share no file with the driver get the project's files from the store, and give back what tasks write."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from nbflow.run.events.events import Outcome
from nbflow.store.homes import copy_of
from tests.flows import SHAPES, Shape, notebook_of
from tests.run.hosts.apart import CELLS, Apart, write_project
from tests.run.hosts.hosts import on, started
from tests.run.running import Place, Ran

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"

EXPLORE = bool(os.environ.get("NBFLOW_EXPLORE"))
SUCCEEDING = [shape for shape in SHAPES if not shape.failed]


def files_of(folder: Path) -> dict[str, str]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in (".pyc", ".ipynb"))
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def test_a_project_that_no_host_sees_gives_the_values_and_files_of_a_local_run(apart: Apart) -> None:
    here, there = write_project(apart.project("here")), write_project(apart.project("there"))
    local = apart.nbflow(here, "run", "work.ipynb", cache="other")
    assert local.returncode == 0, local.stdout + local.stderr
    remote = apart.nbflow(there, "run", "work.ipynb", "--on", apart.hosts.address)
    assert remote.returncode == 0, remote.stdout + remote.stderr
    left, right = files_of(here), files_of(there)
    assert sorted(left.pop("log.txt").split()) == sorted(right.pop("log.txt").split())
    assert left == right
    assert "words.txt" not in right


@pytest.mark.parametrize("shape", SUCCEEDING if EXPLORE else SUCCEEDING[::6], ids=lambda shape: shape.name)
def test_any_flow_gives_its_values_and_is_reused_here(
    shape: Shape, apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_of(apart, monkeypatch, shape.name.replace(" ", "-"))
    place.folder.mkdir()
    ran = place.run(shape)
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert {address: ran.value(address) for address in shape.values} == shape.values
    assert Place(place.folder, root=place.root).run(shape, reuse=True).executed == []


def place_of(apart: Apart, monkeypatch: pytest.MonkeyPatch, name: str) -> Place:
    for variable, value in apart.environment.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(apart.private / "cache"))
    return Place(apart.project(name), slots=50, workers=on(apart.hosts), root=copy_of(f"s3://team/{name}"))


def digests(ran: Ran) -> dict[object, dict[str, str]]:
    """What each task has made, by the names of its artifacts."""
    tasks = ran.store.history.tasks(ran.finished.row.id)
    return {
        (row.step, row.path, row.turn, row.split): {
            one.name: one.component for one in ran.store.history.artifacts(row.id)
        }
        for row in tasks
    }


@pytest.mark.parametrize("name", ["movie_recommender", *(["tour", "linear", "playlist_r"] if EXPLORE else [])])
def test_a_notebook_of_ours_makes_the_same_bytes_there_as_here(
    name: str, apart: Apart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    book = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text())
    code = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    shape = Shape(name, "\n---\n".join(code), {})
    there = place_of(apart, monkeypatch, name)
    for folder in (there.folder, tmp_path / "here"):
        shutil.copytree(NOTEBOOKS, folder)
    remote, local = there.run(shape), Place(tmp_path / "here").run(shape)
    assert remote.finished.outcome is Outcome.SUCCEEDED
    assert digests(remote) == digests(local)
    assert "do not get" not in apart.nbflow(there.folder, "check", f"{name}.ipynb", "--on", apart.hosts.address).stdout


KEPT = [*CELLS[:4], "%%step sums\nimport numpy\ntotal = numpy.arange(300_000) + sum(doubled)"]


def test_what_such_hosts_made_is_reused_by_somebody_with_an_empty_disk(apart: Apart) -> None:
    there, third = write_project(apart.project("kept")), write_project(apart.project("third"))
    for folder in (there, third):
        (folder / "work.ipynb").write_text(notebook_of(KEPT))
    assert apart.nbflow(there, "run", "work.ipynb", "--on", apart.hosts.address).returncode == 0
    for folder, cache in ((there, "cache"), (third, "empty")):
        again = apart.nbflow(folder, "run", "work.ipynb", "--reuse", cache=cache)
        assert "0 ran" in again.stdout, again.stdout + again.stderr


def test_a_notebook_larger_than_a_message_is_sent(apart: Apart) -> None:
    folder = write_project(apart.project("large"))
    (folder / "work.ipynb").write_text(notebook_of(["TABLE = '" + "x" * 100_000 + "'", "%%step a\nn = len(TABLE)"]))
    ran = apart.nbflow(folder, "run", "work.ipynb", "--on", apart.hosts.address)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_store_that_no_host_sees_is_said_in_one_line(apart: Apart) -> None:
    folder = write_project(apart.project("local"))
    local = Apart(apart.hosts, apart.private, {**apart.environment, "NBFLOW_HOME": str(folder / ".nbflow")})
    ran = local.nbflow(folder, "run", "work.ipynb", "--on", apart.hosts.address)
    said = (ran.stdout + ran.stderr).splitlines()
    assert ran.returncode != 0
    assert any("does not see the store" in line and "nbflow init --store" in line for line in said), said
    assert not any("Traceback" in line for line in said)


def test_a_host_without_credentials_is_named(apart: Apart, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, base = write_project(apart.project("refused")), tmp_path_factory.mktemp("refused")
    with started(base, workers=0) as hosts:
        hosts.start_worker(hidden=[apart.private], XDG_CACHE_HOME=str(base / "cache"))
        ran = apart.nbflow(folder, "run", "work.ipynb", "--on", hosts.address)
    said = ran.stdout + ran.stderr
    assert ran.returncode != 0
    assert "the worker tcp://" in said
    assert "s3://team/films" in said
    assert "Traceback" not in said


SCRIPT = """
from nbflow import FlowSpec, IncludeFile, step
import rates

class FilmFlow(FlowSpec):
    data = IncludeFile("data", default="films.csv")

    @step
    def start(self):
        self.words = open("words.txt").read()
        self.items = [1, 2, 3, 4]
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.x = rates.double(self.input)
        open(f"out{self.input}.txt", "w").write(str(self.x))
        self.next(self.join)

    @step
    def join(self, inputs):
        self.total = sum(int(open(f"out{n}.txt").read()) for n in (1, 2, 3, 4))
        self.next(self.end)

    @step
    def end(self):
        print("the total is", self.total)

if __name__ == "__main__":
    FilmFlow()
"""


def test_a_script_and_what_it_names_are_sent_too(apart: Apart) -> None:
    folder = write_project(apart.project("script"))
    (folder / "film_flow.py").write_text(SCRIPT)
    ran = apart.python(folder, "film_flow.py", "run", "--on", apart.hosts.address)
    assert "the total is 20" in ran.stdout, ran.stdout + ran.stderr
    assert (folder / "out4.txt").read_text() == "8"


DIGESTS = """
import sys
from nbflow import Flow

run = Flow(sys.argv[1]).latest_run
print(sorted((step.id, task.index or 0, one.id, one.sha) for step in run for task in step for one in task))
"""


@pytest.mark.skipif(not EXPLORE, reason="the script above shows the kind: NBFLOW_EXPLORE")
@pytest.mark.parametrize(("name", "flow"), [("linear_flow", "LinearFlow"), ("playlist_flow", "PlayListFlow")])
def test_a_script_of_ours_makes_the_same_bytes_there_as_here(name: str, flow: str, apart: Apart) -> None:
    def python(*words: str, where: str, cache: str) -> str:
        own = Apart(apart.hosts, apart.private, {**apart.environment, "NBFLOW_HOME": f"s3://team/{where}"})
        ran = own.python(apart.project(where) / "scripts", *words, cache=cache)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    made = []
    for where, words in {f"{name}-here": (), f"{name}-there": ("--on", apart.hosts.address)}.items():
        shutil.copytree(NOTEBOOKS, apart.project(where))
        python(f"{name}.py", "run", *words, where=where, cache="cache")
        made.append(python("-c", DIGESTS, flow, where=where, cache="cache"))
    assert made[0] == made[1] != "[]\n"
    resumed = python(f"{name}.py", "resume", where=f"{name}-there", cache="third")
    assert "Cloning results" in resumed
    assert "Task is starting" not in resumed
