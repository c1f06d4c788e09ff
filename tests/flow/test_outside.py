"""Files that ordinary cells write: the first step that depends on one of them is told, and nobody else."""

from __future__ import annotations

import pytest

from tests.flow.reading import graph_of, problems_of

ABOVE = (
    "import json, logging, os, shutil, glob, sqlite3\nfrom pathlib import Path\nimport pandas as pd\nimport util\n"
    "OUT = Path('out')\ndef save(name):\n    (OUT / name).write_text('1')\n---\n"
)
STEP = "on top of cell 2"
PYTHON = "write it in a step, in Python"
TOLD = [
    ("with open('c.json', 'w') as f:\n    json.dump({}, f)", "x = open('c.json').read()", "writes c.json", STEP),
    ("save('a.txt')", "x = (OUT / 'a.txt').read_text()", "writes out/a.txt", STEP),
    ("for n in ('a', 'b'):\n    save(n)", "x = (OUT / 'b').exists()", "writes out/b", STEP),
    ("pd.DataFrame().to_csv('out/x.csv')", "x = glob.glob('out/*.csv')", "writes out/x.csv", STEP),
    ("if os.path.exists('log.txt'):\n    os.remove('log.txt')", "open('log.txt', 'a').write('1')", "writes log", STEP),
    ("shutil.rmtree('out', ignore_errors=True)", "x = list(OUT.iterdir())", "writes out outside", STEP),
    ("Path('util.py').write_text('X = 1')", "x = util.X", "writes util.py", STEP),
    ("OUT.mkdir()", "(OUT / 'x').write_text('1')", "makes out", "or write exist_ok=True"),
    ("con = sqlite3.connect('x.db')", "c = sqlite3.connect('x.db')\ndel c", "may write x.db", STEP),
    (
        "logging.basicConfig(filename='run.log')",
        "x = open('run.log').read()",
        "every worker writes run.log",
        "in a step",
    ),
    ("%%writefile util.py\nX = 1", "x = util.X", "may write util.py", PYTHON),
    ("!wget -q -O data.csv https://example.com", "x = pd.read_csv('data.csv')", "may write data.csv", PYTHON),
    ("os.system('echo 1 > c.txt')", "x = open('c.txt').read()", "may write c.txt", STEP),
    ("%%bash\necho a > data/x.csv", "x = pd.read_csv('data/x.csv')", "may write data/x.csv", PYTHON),
]
FREE = [
    ("with open('c.json', 'w') as f:\n    json.dump({}, f)", "open('c.json', 'w').write('1')"),
    ("with open('c.json', 'w') as f:\n    json.dump({}, f)", "x = open('d.json').read()"),
    ("x = open('c.json').read()", "y = open('c.json').read()"),
    ("pd.DataFrame().to_csv('x.csv')", "pd.DataFrame().to_csv('x.csv')\ny = pd.read_csv('x.csv')"),
    ("shutil.rmtree('out', ignore_errors=True)", "(OUT / 'x').write_text('1')\ny = (OUT / 'x').read_text()"),
    ("!head data.csv", "x = pd.read_csv('data.csv')"),
    ("!pip install util", "x = util.X"),
    ("def write():\n    open('c.json', 'w')", "x = open('c.json').read()"),
]
FOLDERS = [
    "OUT.mkdir(exist_ok=True)",
    "os.makedirs('out', exist_ok=True)",
    "if not os.path.exists('out'):\n    os.mkdir('out')",
    "if not OUT.is_dir():\n    OUT.mkdir(parents=True)",
    "for n in ('out', 'tmp'):\n    if not os.path.isdir(n):\n        os.makedirs(n)",
    "try:\n    os.mkdir('out')\nexcept FileExistsError:\n    pass",
    "!mkdir -p out",
]


@pytest.mark.parametrize(("cell", "step", "message", "fix"), TOLD)
def test_a_step_that_depends_on_what_a_cell_has_written_is_told(cell: str, step: str, message: str, fix: str) -> None:
    below = "---\n%%step later\nz = open('c.json').read()"
    found = [
        one
        for one in problems_of(f"{ABOVE}{cell}\n---\n%%step a\n{step}\n{below}")
        if "outside" in one or "every" in one
    ]
    (told,) = found
    assert told.startswith("nb.ipynb · cell 2 `")
    assert "step 'a'" in told
    assert message in told
    assert fix.lower() in told.lower()


@pytest.mark.parametrize(("cell", "step"), FREE)
def test_what_makes_no_difference_is_free(cell: str, step: str) -> None:
    assert problems_of(f"{ABOVE}{cell}\n---\n%%step a\n{step}") == []


@pytest.mark.parametrize("cell", FOLDERS)
def test_a_folder_that_may_be_there_already_is_made_by_every_worker(cell: str) -> None:
    text = f"{ABOVE}{cell}\n---\n%%step a\n(OUT / 'x').write_text('1')"
    assert problems_of(text) == []
    assert [one.setting for one in graph_of(text).prelude.definitions if one.place.cell == 2] == [True]


def test_a_step_waits_for_the_step_that_writes_the_module_it_imports() -> None:
    text = f"{ABOVE}%%step write\nPath('gen.py').write_text('X = 1')\n---\n%%step use\nimport gen\nx = gen.X"
    assert graph_of(text).links["use"].upstream == ("write",)
    assert graph_of(text.replace("import gen\n", "import json\n")).links["use"].upstream == ()
