"""The environments of steps become `@pypi`, and come back from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.errors import FlowRefused
from nbflow.export.marks import Target
from nbflow.export.write_flow import export_flow
from tests.cli.shell import Shell
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


def test_an_import_that_another_step_uses_is_at_the_top_and_is_told() -> None:
    written = export_flow(graph_of("import six", "%%step a --env six==1.16.0\nv = six", "%%step b\nw = six.x"))
    assert "the script imports six at its top: @pypi of 'a' must have them too" in written.notes


@pytest.mark.parametrize("word", ["requirements.txt", "six@https://x.org/six.whl", "'six; python_version > \"3\"'"])
def test_what_a_decorator_cannot_say_is_refused(word: str) -> None:
    with pytest.raises(FlowRefused, match="@pypi of a script names packages with versions"):
        script(f"%%step a --env {word}\nx = 1")


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
