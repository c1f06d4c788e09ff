"""A temporary folder or file that a step below reads is said to be deleted with the step that made it."""

from __future__ import annotations

import pytest

from nbflow.flow.checks.rules import check_flow
from tests.flow.reading import graph_of

IMPORTS = "import tempfile, os, pathlib\nfrom tempfile import TemporaryDirectory as TD"


def told(body: str, reads: str) -> list[str]:
    cells = f"{IMPORTS}\n---\n%%step a\n{body}\n---\n%%step b\nprint({reads})"
    return [one.message for one in check_flow(graph_of(cells)) if one.rule == "temporary-file" and one.warning]


@pytest.mark.parametrize(
    ("body", "reads"),
    [
        ("td = tempfile.TemporaryDirectory()", "td"),
        ("td = TD()\np = os.path.join(td.name, 'a')", "p"),
        ("td = TD()\nfolder = pathlib.Path(td.name)\np = {'in': folder / 'a'}", "p"),
        ("td = TD(dir='x')\np = f'{td.name}/a'", "p"),
    ],
)
def test_a_temporary_folder_that_a_step_below_reads_is_said(body: str, reads: str) -> None:
    assert told(body, reads) == [
        f"the temporary folder is deleted when step 'a' ends; step 'b' reads '{reads}'",
    ]


def test_a_temporary_file_that_a_step_below_reads_is_said() -> None:
    assert told("f = tempfile.NamedTemporaryFile()\nn = f.name", "n") == [
        "the temporary file is deleted when step 'a' ends; step 'b' reads 'n'"
    ]


@pytest.mark.parametrize(
    ("body", "reads"),
    [
        ("td = TD()\nx = open(td.name + '/a').read()", "x"),
        ("td = TD()\nx = 1", "x"),
        ("td = TD()\np = td.name\ntd.cleanup()", "p"),
        ("td = tempfile.mkdtemp()\np = td + '/a'", "p"),
        ("f = tempfile.NamedTemporaryFile(delete=False)\nn = f.name", "n"),
        ("with TD() as td:\n    x = os.listdir(td)", "x"),
    ],
)
def test_what_a_step_reads_of_no_such_folder_is_not_said(body: str, reads: str) -> None:
    assert told(body, reads) == []
