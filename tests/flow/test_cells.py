from __future__ import annotations

import pytest

from nbflow.flow.names.code import code_digest
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell, Place
from nbflow.flow.syntax.specs import ControlFlow, Foreach, Options, StepNames, StepSource, StepSpec
from tests.flow.reading import flow_of


def test_a_step_cell_becomes_a_step() -> None:
    source = "%%step fit --foreach cfg in grid --retry 2\n\nmodel = train(cfg, data)\nif ok: score = 1"
    flow = read_flow([Cell(4, source, "abc", above="# Fit")], "nb", "nb.ipynb")
    body = "\nmodel = train(cfg, data)\nif ok: score = 1"
    assert flow.steps == (
        StepSpec(
            name="fit",
            place=Place("nb.ipynb", 4, 1),
            source=StepSource(body, 2, code_digest(body)),
            cell_id="abc",
            doc="# Fit",
            names=StepNames(
                reads=frozenset({"train", "data", "ok"}),
                writes=frozenset({"cfg", "model", "score"}),
                maybe_writes=frozenset({"score"}),
                mentions=frozenset({"train", "data", "ok"}),
            ),
            control=ControlFlow(foreach=Foreach("cfg", "grid", frozenset({"grid"}))),
            options=Options(retry=2),
        ),
    )


def test_the_comment_form_means_the_same() -> None:
    magic, comment = flow_of("%%step a --join b\nx = y").steps[0], flow_of("#| step: a --join b\nx = y").steps[0]
    assert magic == comment


def test_in_and_out_replace_what_the_analysis_found() -> None:
    (step,) = flow_of("%%step a --in data --out model\nexec(code, globals())").steps
    assert (set(step.names.reads), set(step.names.writes), set(step.names.mentions)) == (
        {"data"},
        {"model"},
        {"exec", "code", "globals"},
    )


def test_a_change_of_a_module_from_the_prelude_is_no_artifact() -> None:
    flow = flow_of("import matplotlib.pyplot as plt\n---\n%%step a\nplt.rcParams.update(x=1)\nplt.style.y = 2\nz = 1")
    assert set(flow.steps[0].names.writes) == {"z"}


def test_a_cell_that_cannot_be_read_is_a_problem_with_cell_and_line() -> None:
    flow = flow_of(
        "x = (\n---\n%%step a\ny = 1\nz = = 2\n---\n%%step b\n%store z\n---\n"
        "%%step c\ndef g():\n    await f()\n---\n%%step d\nreturn 1"
    )
    assert [str(problem) for problem in flow.problems] == [
        "nb.ipynb · cell 1 `x = (`, line 1: Python cannot read this: '(' was never closed. Rewrite the line 'x = ('",
        "nb.ipynb · cell 2, line 3: Python cannot read this: invalid syntax. Rewrite the line 'z = = 2'",
        "nb.ipynb · cell 3, line 2: '%store z' keeps values between sessions, as the store of nbflow does for every "
        "step. Delete the line",
        "nb.ipynb · cell 4, line 3: a function of step 'c' uses await but is not async. "
        "Write 'async def', or await in the code that calls it",
        "nb.ipynb · cell 5, line 2: Python cannot read this: 'return' outside function. Rewrite the line 'return 1'",
    ]
    assert [step.name for step in flow.steps] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("magic", ["%matplotlib inline", "%load_ext nbflow", "!ls", "files = !ls", "print?"])
def test_a_mistake_below_a_magic_is_told_at_its_own_line(magic: str) -> None:
    for header in ("", "%%step a\n"):
        (problem,) = [one for one in flow_of(f"{header}{magic}\nx = 1\ny = = 2").problems if one.rule == "syntax"]
        assert problem.place is not None
        assert (problem.place.line, problem.fix) == (3 + bool(header), "Rewrite the line 'y = = 2'")


def test_text_that_only_looks_like_a_magic_stays_in_a_step() -> None:
    flow = flow_of("%%step a\nquery = '''\n%like\n!x\n'''\ny = 5 \\\n% 3")
    assert (flow.problems, set(flow.steps[0].names.writes)) == ((), {"query", "y"})


def test_cells_tagged_by_papermill_are_parameters() -> None:
    cells = [
        Cell(1, "k = 5  # how many\nname: str = 'a'", tags=frozenset({"parameters"})),
        Cell(2, "# Parameters\nk = 7\n", tags=frozenset({"injected-parameters"})),
    ]
    flow = read_flow(cells, "nb", "nb.ipynb")
    assert [(p.name, p.default, p.help, p.place.line) for p in flow.parameters] == [
        ("k", 7, "how many", 1),
        ("name", "a", "", 2),
    ]


def test_an_injected_value_of_another_type_is_a_problem() -> None:
    cells = [
        Cell(1, "%%parameters\nk: int = 5"),
        Cell(2, "k = 'many'", tags=frozenset({"injected-parameters"})),
    ]
    assert [str(problem) for problem in read_flow(cells, "nb", "nb.ipynb").problems] == [
        "nb.ipynb · cell 2, line 1: the injected value of 'k' must be a whole number, not 'many'. "
        "Inject a value of that type"
    ]


def test_imports_among_parameters_belong_to_the_prelude() -> None:
    flow = flow_of("%%parameters\nfrom datetime import date\nsince: date = date(2024, 1, 31)")
    assert [(d.source, d.place.line) for d in flow.prelude.definitions] == [("from datetime import date", 2)]
    assert [parameter.name for parameter in flow.parameters] == ["since"]


def test_bodies_of_other_magics_are_scratch_whole() -> None:
    flow = flow_of("%%bash\nx=1\n---\n%%time\nmodel = train()\n---\n%%html\n<b>")
    assert [set(scratch.names) for scratch in flow.scratch] == [set(), {"model"}, set()]


@pytest.mark.parametrize("terms", [250, 900, 3000, 100_000])
def test_code_that_is_nested_too_deeply_is_a_problem(terms: int) -> None:
    deep = "x = " + "+".join(["1"] * terms)
    flow = flow_of(
        f"{deep}\n---\n%%step a\n{deep}\n---\n%%parameters\n{deep}\n---\n%%shared\n{deep}\n---\n%%time\n{deep}"
    )
    assert [problem.rule for problem in flow.problems if problem.place] == ["syntax"] * 5


def test_reading_never_raises() -> None:
    for text in (
        "\x00",
        "%%step a\n\x00",
        "%%parameters\n\x00",
        "%%shared\n(",
        "%%step",
        "%%",
        "#|",
        "%%step é\nx=1",
        "%",
    ):
        flow_of(text)


def test_magics_above_a_header_belong_to_the_body() -> None:
    above, below = flow_of("%%capture out\n%%step a\nx = 1\nx").steps[0], flow_of("%%step a\n%%capture out\nx = 1\nx")
    assert (above.source.code, above.names.passing, above.source.body_line) == (below.steps[0].source.code, {"out"}, 1)
