"""`nbflow import` and `%flow import`."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from nbflow.notebook.read import read_notebook
from tests.cli.shell import Shell
from tests.importing.comparing import SCRIPTS, copied, differences
from tests.jupyter.live import Live
from tests.jupyter.notebooks import write

HELLO = (SCRIPTS / "hello.py").read_text()


def test_the_notebook_is_called_like_the_script_unless_it_has_a_name(tmp_path: Path) -> None:
    script = tmp_path / "hello.py"
    script.write_text(HELLO)
    answer = Shell(tmp_path)("import", str(script))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"{tmp_path / 'hello.ipynb'}: 3 steps of hello.py: start, hello, end\n"
    book = nbformat.read(tmp_path / "hello.ipynb", 4)
    nbformat.validate(book)
    assert book.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in book.cells]
    assert ids == ["cell-1", "cell-2", "cell-3", "start", "cell-5", "hello", "cell-7", "end"]


def test_the_same_script_gives_the_same_bytes(tmp_path: Path) -> None:
    script = tmp_path / "hello.py"
    script.write_text(HELLO)
    shell, target = Shell(tmp_path), tmp_path / "hello.ipynb"
    shell("import", str(script))
    first = target.read_bytes()
    shell("import", str(script), "--force")
    assert target.read_bytes() == first


def test_a_name_that_ends_in_py_makes_a_text_notebook_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pair = copied(tmp_path, SCRIPTS / "statistics.py", suffix=".py")
    assert "# %%\n# %%step compute_statistics --foreach genre in genres" in pair.notebook.read_text()
    assert pair.check().endswith("nothing is wrong\n")
    assert differences(pair, pair.run_script(), pair.run_notebook()) == []


def test_windows_line_ends_and_a_byte_order_mark_are_no_obstacle(tmp_path: Path) -> None:
    script = tmp_path / "hello.py"
    script.write_bytes(b"\xef\xbb\xbf" + HELLO.replace("\n", "\r\n").encode())
    assert Shell(tmp_path)("import", str(script)).code == 0
    assert [step.name for step in read_notebook(tmp_path / "hello.ipynb").steps] == ["start", "hello", "end"]


def test_an_open_notebook_imports_a_script_into_another_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "hello.py"
    script.write_text(HELLO)
    live = Live({}, tmp_path, write(tmp_path / "open.ipynb", "%%step one\nx = 1"))
    live.use(f"import {script} {tmp_path / 'new.ipynb'}")
    assert capsys.readouterr().out == f"{tmp_path / 'new.ipynb'}: 3 steps of hello.py: start, hello, end\n"
    assert [step.name for step in read_notebook(tmp_path / "new.ipynb").steps] == ["start", "hello", "end"]
    assert [step.name for step in read_notebook(tmp_path / "open.ipynb").steps] == ["one"]
    live.session.close()


NOTED = """\
from nbflow import FlowSpec, Parameter, card, project, retry, step
@project(name="p")
class F(FlowSpec):
    rate = Parameter("learning-rate", default=0.1)
    words = Parameter("words", default="a,b", separator=",")
    @card(type="blank")
    @retry(times=1, minutes_between_retries=2)
    @step
    def only(self):
        print(self.rate, self.words)
if __name__ == "__main__":
    print("go")
    F()
"""


def test_a_module_beside_the_script_is_noted_where_the_notebook_does_not_find_it(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "tools.py").write_text("def f(): pass\n")
    script = tmp_path / "hello.py"
    script.write_text("import os\nfrom tools import f\n" + HELLO)
    shell = Shell(tmp_path)
    assert len(shell("import", str(script)).lines) == 1
    answer = shell("import", str(script), str(tmp_path / "other" / "hello.ipynb"))
    note = f"note: {script}:2: module 'tools' is beside the script: put it beside the notebook as well"
    assert answer.lines[1:] == [note]


def test_what_a_notebook_does_not_do_is_noted_with_its_line(tmp_path: Path) -> None:
    script = tmp_path / "noted.py"
    script.write_text(NOTED)
    answer = Shell(tmp_path)("import", str(script))
    assert (answer.code, answer.err) == (0, "")
    assert answer.lines[1:] == [
        f"note: {script}:2: @project is left out: a notebook belongs to no project",
        f"note: {script}:4: --learning-rate is --rate in the notebook",
        f'note: {script}:5: --words takes a list in the notebook, such as \'["a", "b"]\'',
        f"note: {script}:6: the card of step 'only' is what it displays, not one of type 'blank'",
        f"note: {script}:7: step 'only' is tried again at once, not after 2 minutes",
        f"note: {script}:12: 'print('go')' is left out: a notebook is not started as a script",
    ]
