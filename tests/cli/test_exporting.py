"""`nbflow export` and `nbflow check --script` on good and bad input: one message, nothing lost or half written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.shell import Answer, Shell
from tests.flows import BRANCH, CHAIN

LOAD = "%%step load\nraw = [3, 1, 2]"
CLEAN = "%%step clean\nmovies = sorted(raw)"


def test_export_says_what_it_wrote_and_what_the_script_does_not_do(shell: Shell) -> None:
    cells = ["%%step load --watch x.csv\na = 1", "%%step b\nc = a", "%%step d\ne = a", "%%step f\ng = c"]
    notebook = shell.write("films", *cells)
    target = shell.folder / "flow.py"
    answer = shell("export", notebook, str(target))
    assert (answer.code, answer.lines) == (
        0,
        [
            f"films.ipynb · 4 steps · written to {target}",
            "note: --watch of 'load' has no counterpart in a script",
        ],
    )
    assert "from nbflow import FlowSpec, step\n" in target.read_text()


def test_the_target_changes_nothing_but_the_imports_and_the_table(shell: Shell) -> None:
    notebook = shell.write("films", LOAD, "%%step clean\nmovies = sorted(raw)\nmovies")
    texts = []
    for target in ("nbflow", "metaflow"):
        shell("export", notebook, str(shell.folder / f"{target}.py"), "--target", target)
        texts.append((shell.folder / f"{target}.py").read_text())
    assert texts[0].replace("from nbflow", "from metaflow").replace("--target nbflow", "--target metaflow") == texts[1]


def test_a_file_that_is_there_is_only_written_over_when_forced(shell: Shell) -> None:
    notebook, target = shell.write_shape(BRANCH), shell.folder / "flow.py"
    target.write_text("mine")
    target.chmod(0o755)
    refused = shell("export", notebook, str(target))
    assert (refused.code, refused.err) == (
        1,
        f"Error: {target} exists already: give another name, or add --force to overwrite it\n",
    )
    assert target.read_text() == "mine"
    assert shell("export", notebook, str(target), "--force").code == 0
    assert "class BranchFlow(FlowSpec)" in target.read_text()
    assert target.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("name", ["films.py", "other.ipynb"])
def test_a_notebook_is_never_written_over(shell: Shell, name: str) -> None:
    notebook = shell.folder / "films.py"
    notebook.write_text("# %%\n# %%step load\nx = 1\n")
    answer = shell("export", str(notebook), str(shell.folder / name), "--force")
    assert (answer.code, f"{shell.folder / name} is a notebook" in answer.err) == (1, True)
    assert notebook.read_text() == "# %%\n# %%step load\nx = 1\n"
    assert os.listdir(shell.folder) == ["films.py"]


@pytest.mark.parametrize("body", ["movies = sorted(rows)", "movies = sorted(raw", "movies = '\0'"])
def test_a_notebook_with_errors_gives_the_messages_of_check_and_no_file(shell: Shell, body: str) -> None:
    notebook, target = shell.write("films", LOAD, f"%%step clean\n{body}"), shell.folder / "flow.py"
    checked = shell("check", notebook)
    answer = shell("export", notebook, str(target))
    assert answer.code == 1
    assert answer.err == "Error: " + checked.lines[0].removeprefix("error: ") + "\n"
    assert os.listdir(shell.folder) == ["films.ipynb"]


@pytest.mark.parametrize("target", ["missing/flow.py", "flow.py", f"{'long' * 99}.py"])
def test_a_file_that_cannot_be_written_is_said_and_nothing_stays_behind(shell: Shell, target: str) -> None:
    notebook = shell.write_shape(BRANCH)
    (shell.folder / "flow.py").mkdir()
    answer = shell("export", notebook, str(shell.folder / target), "--force")
    assert answer.code == 1
    assert answer.err.startswith(f"Error: {shell.folder / target} cannot be written (")
    assert sorted(os.listdir(shell.folder)) == ["branch.ipynb", "flow.py"]
    assert os.listdir(shell.folder / "flow.py") == []


def test_what_is_written_to_a_link_is_written_where_it_leads(shell: Shell) -> None:
    notebook, target = shell.write_shape(BRANCH), shell.folder / "flow.py"
    target.symlink_to("other.py")
    assert shell("export", notebook, str(target)).code == 0
    assert target.is_symlink()
    assert "class BranchFlow" in (shell.folder / "other.py").read_text()
    assert shell("export", notebook, str(target)).code == 1


def test_a_write_that_breaks_off_leaves_the_old_file(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook, target = shell.write_shape(BRANCH), shell.folder / "flow.py"
    target.write_text("mine")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    answer = shell("export", notebook, str(target), "--force")
    assert (answer.code, "No space left on device" in answer.err) == (1, True)
    assert target.read_text() == "mine"
    assert sorted(os.listdir(shell.folder)) == ["branch.ipynb", "flow.py"]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            ["%%step Load\na = 1"],
            "cell 1, line 1: 'Load' cannot be the name of a step of a script. "
            "Use small letters a-z, digits and _, and no _ in front, for example load",
        ),
        (
            ["%%step loadFilms_2\na = 1"],
            "cell 1, line 1: 'loadFilms_2' cannot be the name of a step of a script. "
            "Use small letters a-z, digits and _, and no _ in front, for example load_films_2",
        ),
        (
            ["%%step _load\na = 1"],
            "cell 1, line 1: '_load' cannot be the name of a step of a script. "
            "Use small letters a-z, digits and _, and no _ in front, for example load",
        ),
        (
            ["%%step name\na = 1"],
            "cell 1, line 1: 'name' cannot be the name of a step of a script. "
            "FlowSpec uses this name itself: rename the step, for example to name_step",
        ),
        (
            ["%%step load --foreach k in [1]\nindex = k", "%%step use --join load\nb = inputs.index"],
            "cell 1, line 2: step 'load' passes on 'index', which is the name of a part of FlowSpec. "
            "Rename it, for example to my_index",
        ),
        (
            ["%%parameters\ntag: str = 'x'", "%%step load\na = tag"],
            "cell 1, line 2: 'tag' cannot be the name of a parameter of a script. "
            "FlowSpec uses this name itself: rename it, for example to my_tag",
        ),
        (
            ["%%step load\nstart = 5", "%%step use\nb = start"],
            "cell 1, line 2: step 'load' passes on 'start', which is the name of a part of FlowSpec. "
            "Rename it, for example to my_start",
        ),
        (
            ["%%parameters\nstart: int = 1", "%%step load\na = start"],
            "cell 1, line 2: 'start' cannot be the name of a parameter of a script. "
            "FlowSpec uses this name itself: rename it, for example to my_start",
        ),
        (
            ["%%step count\nn = 0\ndef tick():\n    global n\n    n += 1", "%%step use\ntick()\nm = n"],
            "cell 1, line 2: step 'count' defines a function that assigns 'n' with a global statement. "
            "Let the function return the value, and write 'n = …' in the steps that call it",
        ),
        (
            ["%%parameters\nrate: int = 1\nRate: int = 2", "%%step load\na = rate"],
            "cell 1, line 3: parameters 'rate' and 'Rate' differ only in case, which a script ignores. "
            "Rename one of them",
        ),
        (
            ["%%parameters\nfrom datetime import date\ndays: list = [date(2024, 1, 1)]", "%%step load\na = days"],
            "cell 1, line 3: the default of parameter 'days' cannot be written as text. "
            "Keep only numbers, texts, tuples, lists and dicts",
        ),
        (
            ["%%step load\nimport asyncio\nawait asyncio.sleep(0)"],
            "cell 1, line 3: step 'load' uses await at its top level, which is impossible in a method. "
            "Put it into 'async def main(): …' and write asyncio.run(main())",
        ),
        (
            ["%%step a --foreach x in [1] --allow-failures 1 --while more\nmore = False"],
            "cell 1, line 1: step 'a' is a loop whose failures are allowed, which a script cannot express. "
            "Remove --allow-failures, or put the loop inside the step",
        ),
        (
            ["%%step a --foreach x in [1]\ny = x", "%%step b --join a\nz = len(inputs)", "%%step c\nw = y + z"],
            "cell 3, line 1: step 'c' runs once per item of 'a' and reads what 'b' made of all items. "
            "No script continues a foreach after its join: let 'c' start another, over a list of 'b'",
        ),
        (
            ["%%step a --out x\nexec('x = 1')", "%%step b\ny = x"],
            "cell 1, line 1: step 'a' passes on 'x', but none of its statements assigns it. Assign 'x' in the body",
        ),
        (
            ["def total():\n    return n", "%%step a\nn = 1", "%%step b\nn: int = n + total()"],
            "'n: int = n + total()' is not valid Python inside a method (annotated name 'n' can't be global): "
            "write it in another way",
        ),
        (
            ["%%step a\nx = 1\nif 'x' in globals():\n    y = 2"],
            "cell 1, line 3: step 'a' reads globals(), which in a method contains other names. "
            "Use the names themselves, or locals()",
        ),
        (
            [
                "%%step a --foreach x in [1]\nif x:\n    y = x",
                "%%step b --join a\nys = [one.y for one in inputs if 'y' in one]",
            ],
            "cell 2, line 2: step 'b' asks whether 'y' is in a task, which is impossible in a script. "
            "Write hasattr(…, 'y')",
        ),
    ],
)
def test_what_a_script_has_no_form_for_is_refused_with_a_fix(shell: Shell, cells: list[str], message: str) -> None:
    answer = shell("export", shell.write("films", *cells), str(shell.folder / "flow.py"))
    where = "films.ipynb · " if message.startswith("cell") else ""
    assert (answer.code, answer.err) == (1, f"Error: {where}{message}\n")
    assert os.listdir(shell.folder) == ["films.ipynb"]


def test_a_local_name_of_flowspec_disturbs_nobody(shell: Shell) -> None:
    notebook = shell.write("films", "%%step load\nindex = 1\nfilms = [index]", "%%step use\nb = films")
    assert shell("export", notebook, str(shell.folder / "flow.py")).code == 0


# check --script


def exported(shell: Shell, *cells: str) -> tuple[str, Path]:
    notebook, script = shell.write("films", *cells), shell.folder / "flow.py"
    assert shell("export", notebook, str(script)).code == 0
    return notebook, script


def checked(shell: Shell, notebook: str, script: Path) -> Answer:
    return shell("check", "--script", str(script), notebook)


def test_a_script_that_was_just_exported_is_up_to_date(shell: Shell) -> None:
    notebook, script = exported(shell, *CHAIN.cells)
    answer = checked(shell, notebook, script)
    assert (answer.code, answer.out) == (0, f"{script} is up to date with films.ipynb\n")


def test_layout_and_cells_that_no_step_uses_make_no_script_old(shell: Shell) -> None:
    notebook, script = exported(shell, LOAD, CLEAN)
    shell.write("films", "%%step load\n\nraw = [\n    3, 1, 2,\n]", CLEAN, "import os", "movies")
    script.write_text(script.read_text().replace("raw = [3, 1, 2]", "raw = [3,\n               1, 2]"))
    assert checked(shell, notebook, script).code == 0


@pytest.mark.parametrize(
    ("cells", "lines"),
    [
        ([LOAD, "%%step clean\nmovies = list(raw)"], ["cell 2 (step clean) has changed since the export"]),
        ([LOAD, CLEAN.replace("clean", "clean --retry 2")], ["cell 2 (step clean) has changed since the export"]),
        ([LOAD], ["cell 2 is in the script but no longer in the notebook"]),
        ([LOAD, CLEAN, "%%step rank\nbest = movies[0]"], ["cell 3 (step rank) is not in the script"]),
    ],
)
def test_a_notebook_that_has_changed_makes_its_script_old(shell: Shell, cells: list[str], lines: list[str]) -> None:
    notebook, script = exported(shell, LOAD, CLEAN)
    shell.write("films", *cells)
    answer = checked(shell, notebook, script)
    advice = f"to write the script again: nbflow export {notebook} {script} --force"
    assert (answer.code, answer.lines) == (1, [*lines, advice])


def test_a_body_edited_in_the_script_is_told_apart(shell: Shell) -> None:
    notebook, script = exported(shell, LOAD, CLEAN)
    script.write_text(script.read_text().replace("sorted(raw)", "sorted(raw)[:2]"))
    answer = checked(shell, notebook, script)
    advice = f"to bring the script's edits into the notebook: nbflow sync {script} {notebook}"
    assert (answer.code, answer.lines) == (1, ["cell 2 (step clean) was edited in the script", advice])


def test_a_method_deleted_in_the_script_is_missed(shell: Shell) -> None:
    notebook, script = exported(shell, LOAD, CLEAN)
    text = script.read_text()
    start = text.index("    @step\n    def clean")
    script.write_text(text[:start] + text[text.index("    @step\n    def end") :])
    assert checked(shell, notebook, script).lines[0] == "cell 2 is no longer in the script"


AROUND = ["LIMIT = 2", "%%parameters\nn: int = 3", "def least(rows):\n    return rows[:LIMIT]"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 2", "LIMIT = 4"), ("return rows", "return list(rows)"), ("default=3", "default=5"),
        ("xs = self.xs", "xs = self.xs * 2"), ("self.next(self.use)", "self.next(self.end)"),
        ("@step", "@card\n    @step"),
    ],
)  # fmt: skip
def test_an_edit_beside_the_bodies_makes_a_script_another(shell: Shell, old: str, new: str) -> None:
    cells = [*AROUND, "%%step load\nxs = list(range(n))", "%%step use\nys = least(xs)"]
    notebook, script = exported(shell, *cells)
    assert old in script.read_text()
    script.write_text(script.read_text().replace(old, new, 1))
    answer = checked(shell, notebook, script)
    assert (answer.code, answer.lines) == (
        1,
        [
            "the script was edited outside the bodies of its cells, which no cell can take over",
            f"to write the script again: nbflow export {notebook} {script} --force",
        ],
    )


def test_another_engine_and_another_layout_make_no_script_another(shell: Shell) -> None:
    notebook, script = exported(shell, *AROUND, "%%step load\nxs = list(range(n))", "%%step use\nys = least(xs)")
    text = script.read_text().replace("from nbflow import", "from metaflow import")
    script.write_text(text.replace("n = self.n", "n = (self.n)").replace("        xs = list", "\n        xs = list"))
    assert checked(shell, notebook, script).code == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "cannot be read (No such file or directory): give the path of a script that nbflow export has written"),
        (
            "print(1)\n",
            "is not as nbflow export has written it (the table of cells at its end is not there): "
            "export the notebook again",
        ),
    ],
)
def test_a_script_that_nobody_exported_is_refused(shell: Shell, text: str | None, reason: str) -> None:
    script = shell.folder / "flow.py"
    if text is not None:
        script.write_text(text)
    answer = checked(shell, shell.write("films", LOAD), script)
    assert (answer.code, answer.err) == (1, f"Error: {script} {reason}\n")


def test_a_script_that_is_no_python_any_more_is_refused(shell: Shell) -> None:
    notebook, script = exported(shell, LOAD, CLEAN)
    script.write_text(script.read_text().replace("def clean(self)", "def clean(self"))
    answer = checked(shell, notebook, script)
    assert answer.code == 1
    assert f"{script} is not as nbflow export has written it (line" in answer.err


def test_of_a_notebook_without_steps_there_is_nothing_to_export(shell: Shell) -> None:
    answer = shell("export", shell.write("films", "import os"), str(shell.folder / "flow.py"))
    assert answer.code == 2
    assert answer.err.startswith("Error: there is nothing to run: films.ipynb has no steps. Write  %%step")
