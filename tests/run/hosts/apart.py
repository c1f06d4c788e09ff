"""Hosts that see neither the project nor the store of a driver; what they share with it is a bucket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.buckets import environment_of, moto
from tests.flows import notebook_of
from tests.run.hosts.hosts import Hosts, started

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
        return self.python(folder, "-m", "nbflow", *words, cache=cache)

    def python(self, folder: Path, *words: str, cache: str = "cache") -> subprocess.CompletedProcess[str]:
        """Run Python as the driver does."""
        environment = {**os.environ, **self.environment, "XDG_CACHE_HOME": str(self.private / cache)}
        return subprocess.run(
            [sys.executable, *words], cwd=folder, env=environment, text=True, capture_output=True,
            check=False, timeout=120,
        )  # fmt: skip

    def values(self, folder: Path, *addresses: str, cache: str = "cache") -> list[object]:
        """What is stored, as JSON."""
        said = [self.nbflow(folder, "dump", "work.ipynb", one, cache=cache) for one in addresses]
        assert all(one.returncode == 0 for one in said), said
        return [json.loads(one.stdout.replace("'", '"')) for one in said]


@contextmanager
def two_apart(base: Path) -> Iterator[Apart]:
    """Two such hosts, a scheduler and a server with a bucket, until the block ends."""
    private = base / "private"
    private.mkdir()
    with moto(base) as endpoint, started(base, workers=0) as hosts:
        given = environment_of(endpoint)
        for number in range(2):
            hosts.start_worker(hidden=[private], XDG_CACHE_HOME=str(base / f"cache{number}"), **given)
        yield Apart(hosts, private, {**given, "NBFLOW_HOME": "s3://team/films"})
