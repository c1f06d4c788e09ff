"""Hosts that share no file with the driver get the project's files from the store, and give back what tasks write."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from nbflow.run.events.events import Outcome
from nbflow.store.homes import copy_of
from tests.buckets import environment_of, moto
from tests.flows import SHAPES, Shape, notebook_of
from tests.run.hosts.hosts import Hosts, can_hide, on, started
from tests.run.running import Place, Ran

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"

EXPLORE = bool(os.environ.get("NBFLOW_EXPLORE"))
SUCCEEDING = [shape for shape in SHAPES if not shape.failed]

PROJECT = {
    "films.csv": "genre,gross\ndrama,3\ncomedy,5\ndrama,4\n",
    "data/2024.txt": "24", "data/2025.txt": "25",
    "words.txt": "one two",
    "rates.py": "def double(x):\n    return 2 * x\n",
    "tools/__init__.py": "",
    "tools/scale.py": "from pathlib import Path\nFACTOR = int(Path(__file__).with_name('factor.txt').read_text())\n",
    "tools/factor.txt": "10",
    "named.txt": "by a parameter",
}  # fmt: skip

CELLS = [
    "import csv, glob, os\nfrom pathlib import Path\nimport rates\nfrom tools.scale import FACTOR\n"
    "def words(path='words.txt'):\n    return Path(path).read_text().split()\n"
    "def add_line(text):\n    with open('log.txt', 'a') as log:\n        log.write(text + '\\n')",
    "%%parameters\nsource: str = 'named.txt'",
    "%%step load\nwith open('films.csv') as file:\n    rows = list(csv.DictReader(file))\n"
    "doubled = [rates.double(int(row['gross'])) * FACTOR for row in rows]",
    "%%step years\nyears = sorted(Path(p).read_text() for p in glob.glob('data/*.txt'))\nfound = words()\n"
    "given = open(source).read()",
    "%%step write\nos.makedirs('out/deep', exist_ok=True)\nPath('out/deep/total.txt').write_text(str(sum(doubled)))\n"
    "os.remove('words.txt') if found else None",
    "%%step each --foreach n in range(6)\nadd_line(f'line {n}')\n"
    "Path(f'out/{n}.txt').write_text(str(n))\nsquare = n * n",
    "%%step read --join each\ntotal = int(Path('out/deep/total.txt').read_text())\n"
    "lines = sorted(Path('log.txt').read_text().split('\\n'))\n"
    "parts = sorted(Path(p).read_text() for p in glob.glob('out/*.txt'))\nsquares = sum(inputs.square)",
]


def write_project(folder: Path) -> Path:
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "work.ipynb").write_text(notebook_of(CELLS))
    return folder


@dataclass
class Apart:
    """Two hosts that see neither the project nor the store's copy of the driver; `environment` is the driver's."""

    hosts: Hosts
    private: Path
    environment: Mapping[str, str]

    def project(self, name: str) -> Path:
        return self.private / name

    def nbflow(self, folder: Path, *words: str, cache: str = "cache") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **self.environment, "XDG_CACHE_HOME": str(self.private / cache)}
        return subprocess.run(
            [sys.executable, "-m", "nbflow", *words], cwd=folder, env=environment, text=True, capture_output=True,
            check=False, timeout=120,
        )  # fmt: skip

    def values(self, folder: Path, *addresses: str, cache: str = "cache") -> list[object]:
        """What is stored, as JSON."""
        said = [self.nbflow(folder, "dump", "work.ipynb", one, cache=cache) for one in addresses]
        assert all(one.returncode == 0 for one in said), said
        return [json.loads(one.stdout.replace("'", '"')) for one in said]


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    if not can_hide():
        pytest.skip("only root can hide folders from processes")
    base = tmp_path_factory.mktemp("apart")
    private = base / "private"
    private.mkdir()
    with moto(base) as endpoint, started(base, workers=0) as hosts:
        given = environment_of(endpoint)
        for number in range(2):
            hosts.start_worker(hidden=[private], XDG_CACHE_HOME=str(base / f"cache{number}"), **given)
        yield Apart(hosts, private, {**given, "NBFLOW_HOME": "s3://team/films"})


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


CHANGING_FILES = {
    "clean.csv": "old", "gone.txt": "here", "left/a.txt": "a", "out/0.txt": "0", "run.sh": "#!/bin/sh\necho ran\n",
    "tools.py": "def load():\n    return open('tool.txt').read()\n", "tool.txt": "old", "empty/deep/x.txt": "x",
}  # fmt: skip

CHANGING = [
    "import glob, json, os, shutil, sqlite3, subprocess, tools\nfrom pathlib import Path\n"
    "def see(*names):\n    return {name: Path(name).read_text() for name in names}",
    "%%step here --on local\nPath('clean.csv').write_text('new')\nPath('tool.txt').write_text('new')\n"
    "os.remove('gone.txt')\nshutil.rmtree('left')\nos.chmod('run.sh', 0o755)\nos.makedirs('made/deep')\n"
    "Path('out/1.txt').write_text('1')\nPath('../beside.txt').write_text('above')\nnumber = '1'\n"
    "with sqlite3.connect('films.db') as base:\n    base.execute('create table films (name)')",
    "%%step there --after here\nassert not os.path.exists('gone.txt') and not os.path.exists('left')\n"
    "assert subprocess.run(['./run.sh'], capture_output=True, text=True).stdout == 'ran\\n'\n"
    "Path('made/deep/by_host.txt').write_text('host')\n"
    "films = sqlite3.connect('films.db').execute('select * from films')\n"
    "found = tools.load(), *see('clean.csv', '../beside.txt').values(), open('out/' + number + '.txt').read()\n"
    "found += *films.fetchall(), *(open(name).read() for name in sorted(glob.glob('out/*.txt')))\n"
    "Path('clean.csv').write_text('newer')\nshutil.rmtree('empty')\nos.makedirs('of_host/deep')\ndel films",
    "%%step again --on local\nseen = found + (Path('clean.csv').read_text(), os.path.exists('empty'))\n"
    "Path('clean.csv').write_text('newest')",
    "%%step each --foreach n in range(4)\nname = 'clean'\nPath(f'of_host/deep/{n}.txt').write_text(str(n))\n"
    "last = (*seen, see('clean.csv'))",
    "%%step watching --watch clean.csv --after each\nwatched = (tools.load(), open(['clean'][0] + '.csv').read())",
    "%%step end --on local --join each\nPath('end.json').write_text(json.dumps([inputs.last, *watched]))",
]


def test_each_task_finds_files_as_they_are_when_it_is_sent(apart: Apart) -> None:
    found = []
    for name, words in {"changing-here": (), "changing-there": ("--on", apart.hosts.address)}.items():
        folder = apart.project(f"{name}/flow")
        for path, text in CHANGING_FILES.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        (folder / "work.ipynb").write_text(notebook_of(CHANGING))
        ran = apart.nbflow(folder, "run", "work.ipynb", *words, cache=f"cache-{name}")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        found.append({path.relative_to(folder): path.is_dir() or path.read_bytes() for path in folder.rglob("*")})
    assert found[0] == found[1]
    assert found[1][Path("end.json")].startswith(b'[[["new", "new", "above", "1"')
    assert (apart.project("changing-there") / "beside.txt").read_text() == "above"


WRITTEN_HERE = [
    "%%parameters\ntext: str = 'a'",
    "%%step here --on local\nwith open('made.txt', 'w') as file:\n    file.write(text)",
    "%%step there\nprint('it holds', open('made.txt').read())",
]


def test_a_task_of_a_host_is_reused_while_what_a_step_here_has_written_is_the_same(apart: Apart) -> None:
    folder = write_project(apart.project("written"))
    (folder / "work.ipynb").write_text(notebook_of(WRITTEN_HERE))
    for words, ran in {(): 2, ("--reuse",): 0, ("--reuse", "--text", "b"): 2}.items():
        said = apart.nbflow(folder, "run", "work.ipynb", "--on", apart.hosts.address, *words).stdout
        assert f" · {ran} ran · " in said
    assert "it holds b" in said


ABSOLUTE = [
    "from pathlib import Path",
    "%%step one --on local\nPath('{place}/one.txt').write_text('1')\nx = 1",
    "%%step two\nPath('{place}/two.txt').write_text(Path('{place}/one.txt').read_text())\ny = x",
    "%%step three\nPath('{place}/three.txt').write_text('3')\nz = x",
    "%%step four --on local\nt = z, Path('{place}/three.txt').read_text()",
]


def test_an_absolute_path_that_means_another_file_on_the_next_machine_is_refused(apart: Apart) -> None:
    for name, place in {"seen": apart.hosts.folder, "unseen": apart.private}.items():
        folder = write_project(apart.project(name))
        (folder / "work.ipynb").write_text(notebook_of([one.replace("{place}", str(place)) for one in ABSOLUTE]))
        (place / "three.txt").write_text("of an earlier run")
        ran = apart.nbflow(folder, "run", "work.ipynb", "--on", apart.hosts.address)
        said = ran.stdout + ran.stderr
        refused = re.findall(r"step '(\w+)' reads (\S+), which step '(\w+)' has written on another machine", said)
        files = [("two", f"{place}/one.txt", "one"), ("four", f"{place}/three.txt", "three")]
        assert refused == (files if name == "unseen" else []), (name, said)


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


TINY = 'mkdir -p "$0" && mount -t tmpfs -o size=8m tmpfs "$0" && exec "$@"'

FILLING = {
    "file": ["%%step first\nx = 1", "%%step full\nopen('big', 'wb').write(bytes(40_000_000 * x))"],
    "value": ["import os", "%%step first\nx = 1", "%%step full\nrows = os.urandom(40_000_000 * x)"],
    "project": ["%%step full\nn = len(open('films.csv').read())"],
}


def test_a_host_whose_disk_is_full_or_fills_fails_the_task_and_says_why(
    apart: Apart, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("full")
    disk, given = base / "disk", {name: apart.environment[name] for name in apart.environment if name[:3] == "AWS"}
    with started(base, workers=0) as hosts:
        inside = ["unshare", "--mount", "sh", "-c", TINY, str(disk)]
        words = ("--local-directory", str(disk), "--no-nanny")
        hosts.start_worker(*words, hidden=[apart.private], inside=inside, XDG_CACHE_HOME=str(disk / "cache"), **given)
        for what, cells in FILLING.items():
            folder = write_project(apart.project(f"full-{what}"))
            (folder / "work.ipynb").write_text(notebook_of(cells))
            (folder / "films.csv").write_bytes(bytes(20_000_000 if what == "project" else 0))
            ran = apart.nbflow(folder, "run", "work.ipynb", "--on", hosts.address)
            said = ran.stdout + ran.stderr
            assert ran.returncode == 1, said
            assert re.search(r"^full · failed.*No space left on device", said, re.DOTALL | re.MULTILINE), said
            assert f" · {int(what != 'project')} ran · " in said, said
            assert re.search(r"the worker tcp://\S+ \(its disk: .*\) cannot work", said) or what != "project", said


MISSING = ["import os", "%%step lost\nname = os.environ.get('NAME', 'films') + '.csv'\nrows = open(name).read()"]


def test_a_file_that_was_not_shipped_is_named_with_what_ships_it(apart: Apart) -> None:
    folder = write_project(apart.project("unnamed"))
    (folder / "work.ipynb").write_text(notebook_of(MISSING))
    checked = apart.nbflow(folder, "check", "work.ipynb", "--on", apart.hosts.address)
    assert "step 'lost' reads" in checked.stdout
    ran = apart.nbflow(folder, "run", "work.ipynb", "--on", apart.hosts.address)
    assert ran.returncode != 0
    assert "--watch films.csv" in ran.stdout + ran.stderr
    (folder / "work.ipynb").write_text(notebook_of([MISSING[0], MISSING[1].replace("lost", "lost --watch films.csv")]))
    mended = apart.nbflow(folder, "run", "work.ipynb", "--on", apart.hosts.address)
    assert mended.returncode == 0, mended.stdout + mended.stderr


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
    environment = {**os.environ, **apart.environment, "XDG_CACHE_HOME": str(apart.private / "cache")}
    command = [sys.executable, "film_flow.py", "run", "--on", apart.hosts.address]
    ran = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)
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
        variables = {
            **apart.environment,
            "NBFLOW_HOME": f"s3://team/{where}",
            "XDG_CACHE_HOME": str(apart.private / cache),
        }
        folder = apart.project(where) / "scripts"
        return subprocess.run(
            [sys.executable, *words], cwd=folder, env={**os.environ, **variables}, text=True, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ).stdout  # fmt: skip

    made = []
    for where, words in {f"{name}-here": (), f"{name}-there": ("--on", apart.hosts.address)}.items():
        shutil.copytree(NOTEBOOKS, apart.project(where))
        python(f"{name}.py", "run", *words, where=where, cache="cache")
        made.append(python("-c", DIGESTS, flow, where=where, cache="cache"))
    assert made[0] == made[1] != "[]\n"
    resumed = python(f"{name}.py", "resume", where=f"{name}-there", cache="third")
    assert "Cloning results" in resumed
    assert "Task is starting" not in resumed
