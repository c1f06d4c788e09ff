"""A notebook that is exported and imported is exported to the same script again; only its cells are numbered anew."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from nbflow.errors import FlowRefused
from nbflow.export.marks import Target
from nbflow.export.write_flow import export_flow
from nbflow.flow.graph.link import link
from nbflow.importing.notebook import import_script
from nbflow.notebook.read import read_notebook
from tests import flows
from tests.export.random_flows import notebooks
from tests.flows import Shape, notebook_of
from tests.run.running import Place

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def script_of(path: Path, target: Target = Target.NBFLOW) -> str:
    return export_flow(link(read_notebook(path)), target).text


def without_numbers(script: str) -> str:
    """Without the table, and the numbers of cells."""
    above = script[: script.rindex("# Exported by nbflow")]
    return re.sub(r"\(cell \d+\)", "(cell N)", re.sub(r"(?m)(# cell) \d+$", r"\1 N", above))


def round_trip(notebook: Path, target: Target = Target.NBFLOW) -> tuple[str, str, str]:
    """The script of a notebook, that of the notebook made of it, and that of the notebook made of the latter."""
    scripts = [script_of(notebook, target)]
    for _ in range(2):
        script = notebook.with_name("exported.py")
        script.write_text(scripts[-1])
        import_script(script, notebook, force=True)
        scripts.append(script_of(notebook, target))
    return scripts[0], scripts[1], scripts[2]


TARGETS = [(shape, Target.NBFLOW) for shape in flows.SHAPES]
TARGETS += [(shape, Target.METAFLOW) for shape in (flows.NESTED, flows.SWITCH, flows.TOLERATED)]


@pytest.mark.parametrize(("shape", "target"), TARGETS, ids=lambda one: getattr(one, "name", one))
def test_a_shape_is_exported_to_the_same_script_again(tmp_path: Path, shape: Shape, target: Target) -> None:
    path = tmp_path / f"{shape.name}.ipynb"
    path.write_text(shape.notebook())
    first, second, third = round_trip(path, target)
    assert without_numbers(second) == without_numbers(first)
    assert third == second


@pytest.mark.parametrize("name", ["linear", "movie_recommender", "two_hour_load"])
def test_a_notebook_is_exported_to_the_same_script_again(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.ipynb"
    path.write_bytes((NOTEBOOKS / path.name).read_bytes())
    ids = [cell.id for cell in read_notebook(path).cells if "step" in cell.source.split("\n")[0]]
    first, second, third = round_trip(path)
    assert without_numbers(second) == without_numbers(first)
    assert third == second
    assert [step.cell_id for step in read_notebook(path).steps] == ids


def test_seeds_come_back_to_the_cells_that_they_stood_in(tmp_path: Path) -> None:
    cells = ["import random", "def start(n): random.seed(n)", "start(1)", "%%step a\nx = random.random()", "start(2)"]
    path = tmp_path / "seeds.ipynb"
    cells.append("%%step b\ny = (x, random.random())")
    path.write_text(notebook_of(cells))
    first, second, third = round_trip(path)
    assert without_numbers(second) == without_numbers(first)
    assert third == second
    assert [cell.source for cell in read_notebook(path).cells][-4:] == cells[2:]


def test_what_runs_have_found_is_no_edit_of_the_script(tmp_path: Path) -> None:
    cells = [
        "%%step load\nxs = [[0], [1]]\nrows, first = [xs], xs[0]",
        "%%step change\nrows[0].append(9)\nprint(2)",
        "%%step look\nprint(first)",
        "%%step end\nprint(xs, rows)",
    ]
    path = tmp_path / "found.ipynb"
    path.write_text(notebook_of(cells))
    graph = link(read_notebook(path), {"change": frozenset({"xs"})})
    script = path.with_name("exported.py")
    exported = export_flow(graph, known=graph.links.keys())
    assert exported.marks.known == tuple(graph.links)
    script.write_text(exported.text)
    import_script(script, path, force=True)
    assert [cell.source for cell in read_notebook(path).cells][1:] == cells


OPTIONS = [
    "%load_ext nbflow",
    "%matplotlib inline",
    "# how long\nimport math\n\nimport json\nimport warnings",
    "%%parameters\nn: int = 3  # how many\nday: date = '2024-01-31'\nplace: Path | None = None\n"
    "kind: Literal['a', 'b'] = 'a'\npairs: dict = {1: 'x'}\nwords: list = ['x', 'y']\nmust: str",
    "# a comment above\nLIMIT = 10\nSTEPS = [1,\n  2]",
    "%%shared\nwarnings.filterwarnings('ignore')",
    "%%step told\n'''A text.'''\ntold = 1",
    "def half(x):\n    '''Half.'''\n    return x / 2",
    "class Box:\n    value = 1",
    "#| step: make --retry 2 --timeout 30m --cpu 2 --gpu 1 --memory 4GB --seed 7\n"
    "grid = [half(i) for i in range(n)]\ndays = day.day + LIMIT\njson.dumps(words), kind",
    "%%step fit --foreach x in grid --allow-failures 10% --cache pin --watch *.csv\nscore = math.sqrt(x) + len(pairs)",
    "%%step best --join fit --after make\nbest = max(inputs.score)\ninputs.table('x', 'score')",
    "%%step when --if kind == 'a' --in best,place\nroute = (best, place, Box.value)",
    "%%step other --else kind\nroute = None",
    "%%step tell\nself.total = self.route\nfor name in 'ab':\n    print(name)\nself.next(self.done)",
    "%%step done\nprint(total, must)",
]


def test_options_types_and_other_cells_come_back(tmp_path: Path) -> None:
    path = tmp_path / "options.ipynb"
    path.write_text(notebook_of(OPTIONS))
    before = read_notebook(path)
    first, second, third = round_trip(path)
    assert without_numbers(second) == without_numbers(first)
    assert third == second
    after = read_notebook(path)
    facts = ("name", "type", "default", "help", "required", "optional", "choices")
    assert [[getattr(one, fact) for fact in facts] for one in after.parameters] == [
        [getattr(one, fact) for fact in facts] for one in before.parameters
    ]
    headers = [cell.split("\n")[0] for cell in OPTIONS if cell.startswith(("%%step", "#| step"))]
    assert [cell.source.split("\n")[0] for cell in after.cells if "step" in cell.source.split("\n")[0]] == headers
    assert [
        (step.name, step.names.reads, step.names.writes, step.control.next, step.source.code) for step in after.steps
    ] == [
        (step.name, step.names.reads, step.names.writes, step.control.next, step.source.code) for step in before.steps
    ]


def test_markdown_comes_back_as_docstrings_have_it(tmp_path: Path) -> None:
    import nbformat  # noqa: PLC0415 - takes seconds to import

    path = tmp_path / "told.ipynb"
    cells = [
        nbformat.v4.new_markdown_cell('# The story\n\nIt is \\short\\ and says """this""".'),
        nbformat.v4.new_code_cell("%load_ext nbflow"),
        nbformat.v4.new_markdown_cell("## First\n\n- one\n- two\n\n```\nx   =  1\n```"),
        nbformat.v4.new_code_cell("%%step first\nx = 1"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    first, second, third = round_trip(path)
    assert without_numbers(second) == without_numbers(first)
    assert third == second
    assert [cell.above for cell in read_notebook(path).cells] == [
        'The story\n\nIt is \\short\\ and says """this""".',
        "First\n\n- one\n- two\n\n```\nx   =  1\n```",
    ]


def test_a_star_import_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "star.ipynb"
    cells = ["from math import *", "%%step one\nfor n in range(3):\n    x = n", "%%step two\ny = pi + x"]
    path.write_text(notebook_of(cells))
    first, second, third = round_trip(path)
    assert "from math import pi" in first
    assert without_numbers(second) == without_numbers(first)
    assert third == second


def test_a_body_that_was_edited_comes_back_as_edited(tmp_path: Path) -> None:
    path, script = tmp_path / "n.ipynb", tmp_path / "n.py"
    path.write_text(notebook_of(["%%step one\nx = 1", "%%step two\ny = x + 1\ny"]))
    script.write_text(script_of(path).replace("y = x + 1", "# more\n        y = x + 41"))
    import_script(script, path, force=True)
    sources = [cell.source for cell in read_notebook(path).cells]
    assert sources == ["%load_ext nbflow", "%%step one\nx = 1", "%%step two\n# more\ny = x + 41\ny"]


def test_a_script_whose_steps_were_rearranged_is_read_as_any_other(tmp_path: Path) -> None:
    path, script = tmp_path / "n.ipynb", tmp_path / "n.py"
    path.write_text(notebook_of(["%%step one\nx = 1", "%%step two\ny = x + 1", "%%step three\nz = x + y"]))
    text = script_of(path)
    assert "self.next(self.three)" in text
    skipped = text.replace("self.next(self.three)", "self.next(self.end)")
    at = skipped.index("    @step\n    def three(self)")
    script.write_text(skipped[:at] + skipped[skipped.index("    @step\n    def end(self)") :])
    import_script(script, path, force=True)
    assert [step.name for step in read_notebook(path).steps] == ["one", "two"]


def test_an_edit_beside_the_bodies_is_carried_over_too(tmp_path: Path) -> None:
    path, script = tmp_path / "n.ipynb", tmp_path / "n.py"
    path.write_text(notebook_of(["%%step one\nx = 1", "%%step two\ny = x + 1"]))
    script.write_text(script_of(path).replace("x = self.x\n", "x = self.x * 2\n"))
    import_script(script, path, force=True)
    assert read_notebook(path).cells[-1].source == "%%step two\n_x = x * 2\n\n\ny = _x + 1"


@pytest.mark.parametrize("shape", [one for one in flows.SHAPES if not one.slow], ids=lambda one: one.name)
def test_an_imported_shape_runs_to_the_values_of_the_shape(tmp_path: Path, shape: Shape) -> None:
    path = tmp_path / f"{shape.name}.ipynb"
    path.write_text(shape.notebook())
    round_trip(path)
    cells = [cell.source for cell in read_notebook(path).cells]
    ran = Place(tmp_path).run(replace(shape, text="\n---\n".join(cells)))
    assert {address: ran.value(address) for address in shape.values} == shape.values


@settings(max_examples=12, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cells=notebooks())
def test_a_random_notebook_is_exported_to_the_same_script_again(cells: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.ipynb"
        path.write_text(notebook_of(list(cells)))
        try:
            first, second, third = round_trip(path)
        except FlowRefused:
            return
        assert without_numbers(second) == without_numbers(first)
        assert third == second
