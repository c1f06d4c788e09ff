"""Tasks on hosts that share no file with the driver find the files of the project as a local run would."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.flows import notebook_of
from tests.run.hosts.apart import Apart, write_project
from tests.run.hosts.hosts import started

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


def test_a_package_that_a_host_does_not_have_is_named_with_what_to_do(apart: Apart) -> None:
    folder, packages = write_project(apart.project("imports")), apart.private / "packages"
    packages.mkdir()
    (packages / "films_of_the_driver.py").write_text("ALL = 3\n")
    paths = os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(packages)])
    driver = Apart(apart.hosts, apart.private, {**apart.environment, "PYTHONPATH": paths})
    imports = "import films_of_the_driver as films"
    (folder / "work.ipynb").write_text(notebook_of([imports, "%%step a\nx = films.ALL"]))
    said = driver.nbflow(folder, "run", "work.ipynb", "--on", apart.hosts.address).stdout
    assert re.search(r"the host \S+ does not have it: install its package where the dask worker runs, or", said), said
    assert "does not have it" not in driver.nbflow(folder, "run", "work.ipynb").stdout
    script = f"from nbflow import FlowSpec, step\n{imports}\n{SCRIPT}"
    (folder / "one_flow.py").write_text(script)
    ran = driver.python(folder, "one_flow.py", "run", "--on", apart.hosts.address)
    assert re.search(r"The host \S+ does not have it: install its package where the dask worker runs", ran.stdout)


SCRIPT = """
class OneFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        self.x = films.ALL

if __name__ == "__main__":
    OneFlow()
"""
