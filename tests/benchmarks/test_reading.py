"""What it takes to read a notebook. By hand: `pytest tests/benchmarks --benchmark-only --benchmark-disable-gc`."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.shapes import STEPS as SHAPES
from tests.benchmarks.shapes import cells_of, notebook_of
from tests.cli.shell import Shell

HEAD = [
    "import re\nfrom pathlib import Path\n\nimport numpy as np\nimport pandas as pd",
    "%%parameters\nrate: float = 0.1  # learning rate",
    "%%step s2\n"
    "frame2 = pd.DataFrame({'value': np.arange(100.0), 'name': ['a', 'b'] * 50, 'group': np.arange(100) % 7})",
]
ORDINARY = [
    "def clean{n}(frame, limit={n}):\n"
    '    """Drop what is above the limit."""\n'
    "    kept = frame[frame['value'] < limit].copy()\n"
    "    kept['name'] = kept['name'].str.strip()\n"
    "    return kept.reset_index(drop=True)",
    "LIMIT{n} = {n}\nCOLUMNS{n} = ['value', 'name', 'group']\nPATTERN{n} = re.compile(r'\\d+')",
    "# a look at what came out\nprint(frame{above}.describe())\nframe{above}.head()",
    "class Model{n}:\n"
    "    def __init__(self, rate):\n"
    "        self.rate, self.weights = rate, np.zeros(3)\n\n"
    "    def fit(self, frame):\n"
    "        for _ in range(10):\n"
    "            self.weights += self.rate * frame['value'].mean()\n"
    "        return self",
    "folder{n} = Path('data') / 'part{n}.csv'\nfrom collections import Counter, defaultdict",
]
STEPS = [
    "frame{n} = frame{above}.assign(double=frame{above}['value'] * 2)\n"
    "frame{n}['rank'] = frame{n}['value'].rank()\n"
    "total{n} = frame{n}.groupby('group')['value'].sum()\n"
    "print(f'{{len(frame{n})}} rows, total {{total{n}.max():.2f}}')",
    "rows{n} = []\n"
    "for name, part in frame{above}.groupby('group'):\n"
    "    if len(part) > 3:\n"
    "        rows{n}.append({{'name': str(name), 'value': part['value'].mean() * rate, 'group': name}})\n"
    "frame{n} = pd.DataFrame(rows{n})\n"
    "frame{n}",
    "frame{n} = frame{above}[frame{above}['value'] > frame{above}['value'].quantile(0.05)].copy()\n"
    "counts{n} = {{key: len(part) for key, part in frame{n}.groupby('group')}}\n"
    "assert len(counts{n}) >= 0, 'nothing left'",
    "values{n} = frame{above}['value'].to_numpy()\n"
    "scaled{n} = (values{n} - values{n}.mean()) / (values{n}.std() + 1e-9)\n"
    "frame{n} = pd.DataFrame({{'value': scaled{n}, 'name': 'x', 'group': 1}})\n"
    "best{n} = max(scaled{n}.tolist(), default=0)",
    "frame{n} = frame{above}.merge(frame{above}[['group']].drop_duplicates(), on='group', how='left')\n"
    "frame{n} = frame{n}.sort_values('value', ascending=False).head(100)\n"
    "summary{n} = frame{n}.describe().to_dict()",
]


def notebook(cells: int, turn: int, *, plain: bool = False) -> str:
    """Every other cell is a step, unless `plain`. What was read once is known: each turn has other texts."""
    texts = [*HEAD]
    for n in range(len(HEAD), cells):
        above = n - 2 + n % 2
        text = ORDINARY[n // 2 % 5] if n % 2 else "%%step s{n}\n" + STEPS[n // 2 % 5]
        texts.append(f"{text.format(n=n, above=above)}\n# {turn}")
    if plain:
        texts = [text.partition("\n")[2] if text.startswith("%%") else text for text in texts]
    return notebook_of(texts)


def test_check_of_a_thousand_cells(benchmark: Any, tmp_path: Path) -> None:
    turns = itertools.count()
    path = tmp_path / "long.ipynb"
    said = benchmark.pedantic(
        lambda: Shell(tmp_path)("check", str(path)),
        setup=lambda: path.write_text(notebook(1_000, next(turns))) and None,
        rounds=7,
    )
    assert said.out == "long.ipynb · 499 steps · nothing is wrong\n"


def test_init_of_two_hundred_cells(benchmark: Any, tmp_path: Path) -> None:
    turns = itertools.count()
    path = tmp_path / "plain.ipynb"
    said = benchmark.pedantic(
        lambda: Shell(tmp_path)("init", str(path), "--dry-run"),
        setup=lambda: path.write_text(notebook(200, next(turns), plain=True)) and None,
        rounds=7,
    )
    assert said.code == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_check_of_ten_thousand_cells_in_a_new_process(benchmark: Any, tmp_path: Path, shape: str) -> None:
    steps = 5_000 if shape == "functions" else 10_000
    (tmp_path / "large.ipynb").write_text(notebook_of([*cells_of(shape, steps)]))
    command = [sys.executable, "-m", "nbflow", "check", "large.ipynb"]
    said = benchmark.pedantic(lambda: subprocess.check_output(command, cwd=tmp_path, text=True), rounds=3)
    assert said == f"large.ipynb · {steps:,} steps · nothing is wrong\n"
