"""The environments of steps become `@pypi`, and come back from it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.errors import FlowRefused
from nbflow.export.marks import Target
from nbflow.export.write_flow import export_flow
from tests.cli.shell import Shell
from tests.environments import caches as caches
from tests.export.engines import graph_of
from tests.export.test_script import script

STEP = "%%step old --env six==1.16.0 'toolz>=0.11,<2' 'a[y,x]' python==3.12\nimport six\nv = six.__version__"


@pytest.mark.parametrize("target", [*Target])
def test_a_header_becomes_a_decorator_and_its_import_stays_in_the_step(target: Target) -> None:
    text = export_flow(graph_of(STEP, "%%step new\nw = v"), target).text
    assert f"from {target} import FlowSpec, pypi, step" in text
    said = '@pypi(packages={"six": "1.16.0", "toolz": ">=0.11,<2", "a[x,y]": ""}, python="3.12")'
    assert said in " ".join(text.replace("(\n        ", "(").replace(",\n    )", ")").split())
    assert not text.startswith("import six")
    assert "        import six" in text


def test_so_do_the_imports_of_steps_without_an_environment() -> None:
    other = "%%step new\nimport numpy\nfrom math import pi\ndef area(r):\n    return pi * r\nw = numpy.sum(v)"
    written = export_flow(graph_of(STEP, other))
    top, _, flow = written.text.partition("class FlowFlow")
    assert ("numpy" in top, "from math import pi" in top) == (False, True)
    assert "import numpy" in flow
    assert written.notes == ()


def test_imports_of_ordinary_cells_stand_in_the_bodies_that_use_them(tmp_path: Path) -> None:
    cells = (
        "import math\nimport numpy as np, pandas as pd\nimport six",
        "def area(r):\n    return six.moves.range(r)",
        "%%step a --env six==1.16.0\nv = area(2)",
        "%%step b\nw = np.sum(v) + math.pi",
        "%%step c --foreach x in range(2)\ny = (pd, np, x)",
    )
    shell = Shell(tmp_path)
    notebook = shell.write("films", *cells)
    assert shell("export", notebook, str(tmp_path / "flow.py")).code == 0
    text = (tmp_path / "flow.py").read_text()
    top, _, flow = text.partition("class FilmsFlow")
    assert [name for name in ("math", "six", "numpy", "pandas") if f"import {name}" in top] == ["math", "six"]
    assert (flow.count("import numpy as np"), flow.count("import pandas as pd")) == (2, 1)
    assert shell("import", str(tmp_path / "flow.py"), str(tmp_path / "back.ipynb")).code == 0
    assert shell("export", str(tmp_path / "back.ipynb"), str(tmp_path / "again.py")).code == 0
    again = (tmp_path / "again.py").read_text().replace("Back", "Films").replace("back.", "films.")
    flows = [re.sub(r"# cell \d", "# cell", one.partition("# Exported")[0]) for one in (text, again)]
    assert flows[0] == flows[1]


def test_an_import_that_a_function_uses_is_at_the_top_and_is_told() -> None:
    code = "import six\ndef f():\n    return six.x"
    written = export_flow(graph_of(code, "%%step a --env six==1.16.0\nv = f()", "%%step b\nw = f()"))
    assert "the script imports six at its top: @pypi of 'a' must have them too" in written.notes


@pytest.mark.parametrize("word", ["requirements.txt", "six@https://x.org/six.whl", "'six; python_version > \"3\"'"])
def test_what_a_decorator_cannot_say_is_refused(word: str) -> None:
    with pytest.raises(FlowRefused, match="@pypi of a script names packages with versions"):
        script(f"%%step a --env {word}\nx = 1")


OF_ITEMS = (
    "%%parameters\nold: str = '1.17.0'",
    "%%step start\nxs = ['1.16.0', '1.17.0']\nchosen = {'six': '1.16.0'}",
    "%%step fit --foreach version in xs --env six=={version}\nimport six\nv = six.__version__",
    "%%step more --env six=={version}\nimport six\nv = v, six.__version__",
    "%%step all --join more\nvs = [one.v for one in inputs]",
    "%%step last --env six=={chosen[six]}\nimport six\nz = six.__version__",
    "%%step very --env six=={old}\nimport six\ny = six.__version__",
)


def test_the_environments_of_items_run_in_a_script_and_come_back(tmp_path: Path, caches: Path) -> None:
    shell = Shell(tmp_path)
    exported = export_flow(graph_of(*OF_ITEMS))
    said = [line.strip() for line in exported.text.splitlines() if "@pypi" in line]
    assert said == [
        '@pypi(packages={"six": "{input}"})',
        '@pypi(packages={"six": "{version}"})',
        '@pypi(packages={"six": "{chosen[six]}"})',
        '@pypi(packages={"six": "{old}"})',
    ]
    assert not exported.notes
    both = export_flow(graph_of(OF_ITEMS[1], f"{OF_ITEMS[2]}".replace("==", ">=", 1).replace("\n", " 'toolz<1'\n", 1)))
    assert '@pypi(packages={"toolz": "<1", "six": ">={input}"})' in both.text
    notebook = shell.write("films", *OF_ITEMS)
    assert shell("run", notebook).code == 0
    assert shell("export", notebook, str(tmp_path / "flow.py")).code == 0
    ran = subprocess.run([sys.executable, "flow.py", "run"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for name in ("all.vs", "last.z", "very.y"):
        assert shell("show", notebook, name).out == shell("show", str(tmp_path / "flow.py"), name).out


def test_metaflow_is_said_to_have_one_environment_for_a_step() -> None:
    with pytest.raises(FlowRefused, match=r"'fit' runs with 'six=={version}', and Metaflow has the same packages for"):
        export_flow(graph_of(*OF_ITEMS), Target.METAFLOW)


def test_an_artifact_of_branches_is_refused_and_the_fix_works() -> None:
    last = "%%step d --env six=={x}\ny = inputs.a.x"
    cells = ("%%step a\nx = '1'", "%%step b\nx = '2'\nw = 1", last)
    with pytest.raises(FlowRefused, match=r"cell 3, line 1: step 'd' runs with 'six=={x}', and its method beg"):
        export_flow(graph_of(*cells))
    cells = (*cells[:2], "%%step c\nx = inputs.b.x", "%%step d --env six=={x}\ny = w")
    assert '@pypi(packages={"six": "{x}"})' in export_flow(graph_of(*cells)).text


def test_the_item_of_a_script_becomes_the_variable_of_the_foreach(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(
        "from nbflow import FlowSpec, pypi, step\nclass F(FlowSpec):\n"
        "    @step\n    def start(self):\n        self.xs = ['1.16.0']\n        self.next(self.fit, foreach='xs')\n"
        "    @pypi(packages={'six': '>={input}'})\n    @step\n"
        "    def fit(self):\n        self.v = self.input\n        self.next(self.join)\n"
        "    @step\n    def join(self, inputs):\n        self.next(self.end)\n"
        "    @step\n    def end(self):\n        pass\n"
    )
    answer = Shell(tmp_path)("import", str(tmp_path / "flow.py"), str(tmp_path / "back.ipynb"))
    assert answer.code == 0, answer.err
    assert "%%step fit --foreach v in xs --env 'six>={v}'" in (tmp_path / "back.ipynb").read_text()


def test_a_script_becomes_a_notebook_again(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    notebook = shell.write("films", STEP, "%%step new\nw = v")
    assert shell("export", notebook, str(tmp_path / "flow.py")).code == 0
    assert shell("import", str(tmp_path / "flow.py"), str(tmp_path / "back.ipynb")).code == 0
    assert "--env six==1.16.0" in (tmp_path / "back.ipynb").read_text()


def test_decorators_of_a_script_become_headers(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(
        "from metaflow import FlowSpec, conda, pypi, step\nclass F(FlowSpec):\n"
        "    @pypi(packages={'six': '1.16.0', 'toolz': '>1'}, python='3.11')\n    @step\n"
        "    def start(self):\n        self.x = 1\n        self.next(self.end)\n"
        "    @conda(libraries={'six': '=1.16'}, disabled=True)\n    @step\n    def end(self):\n        print(self.x)\n"
    )
    answer = Shell(tmp_path)("import", str(tmp_path / "flow.py"), str(tmp_path / "back.ipynb"))
    assert answer.code == 0, answer.err
    text = (tmp_path / "back.ipynb").read_text()
    assert "--env six==1.16.0 'toolz>1' python==3.11" in text
    assert text.count("--env") == 1
