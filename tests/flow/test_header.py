from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nbflow.flow.syntax.header import CellKind, Header, read_header
from nbflow.flow.syntax.specs import Allowance, Cache, CacheMode, Foreach, Guard, MemoryAsked, Options, Site
from nbflow.flow.syntax.specs import Comparison as Asks


def step(name: str = "a", **facts: object) -> Header:
    return Header(CellKind.STEP, 1, name, **facts)  # type: ignore[arg-type]


READ = [
    ("%%step a", step()),
    ("%%step a --after b,c", step(after=("b", "c"))),
    ("%%step a --foreach cfg in f(grid)", step(foreach=Foreach("cfg", "f(grid)", frozenset({"f", "grid"})))),
    (
        "%%step a --foreach k in [x - 1 for x in ks] --bg",
        step(foreach=Foreach("k", "[x - 1 for x in ks]", frozenset({"ks"})), options=Options(background=True)),
    ),
    ("%%step a --join b", step(join="b")),
    ("%%step a --if route == full", step(guard=Guard("route", Asks.EQUALS, "full"))),
    ("%%step a --if route == 'a b'", step(guard=Guard("route", Asks.EQUALS, "a b"))),
    ("%%step a --if n == -1.5", step(guard=Guard("n", Asks.EQUALS, -1.5))),
    ("%%step a --if n == None", step(guard=Guard("n", Asks.EQUALS, None))),
    ("%%step a --if ok", step(guard=Guard("ok", Asks.TRUE))),
    ("%%step a --if not ok", step(guard=Guard("ok", Asks.FALSE))),
    ("%%step a --else ok", step(guard=Guard("ok", Asks.ELSE))),
    ("%%step a --while again", step(loop="again")),
    ("%%step a --in x, y --out z", step(reads=frozenset("xy"), writes=frozenset("z"))),
    ("%%step a --cache off", step(options=Options(cache=Cache(CacheMode.OFF)))),
    ("%%step a --cache ttl=7d", step(options=Options(cache=Cache(CacheMode.TTL, timedelta(days=7))))),
    ("%%step a --watch data/*.csv,b.txt", step(options=Options(watch=("data/*.csv", "b.txt")))),
    ("%%step a --seed 0 --retry 3 --cpu 2", step(options=Options(seed=0, retry=3, cpu=2))),
    ("%%step a --timeout 30m", step(options=Options(timeout=1800.0))),
    ("%%step a --timeout 45", step(options=Options(timeout=45.0))),
    ("%%step a --timeout=1.5h", step(options=Options(timeout=5400.0))),
    ("%%step a --memory 4GB", step(options=Options(memory=MemoryAsked(4 * 10**9)))),
    ("%%step a --memory 4GB!", step(options=Options(memory=MemoryAsked(4 * 10**9, is_limit=True)))),
    ("%%step a --gpu 2 --on local", step(options=Options(gpu=2, on=Site.LOCAL))),
    ("#| step: a --on cluster", replace(step(options=Options(on=Site.CLUSTER)), comment=True)),
    ("%%step a --memory 512MiB", step(options=Options(memory=MemoryAsked(512 * 2**20)))),
    ("%%step a --allow-failures 2", step(options=Options(allow_failures=Allowance(2)))),
    ("%%step a --allow-failures 10%", step(options=Options(allow_failures=Allowance(percent=10.0)))),
    ("\n\n%%step a", Header(CellKind.STEP, 3, "a")),
    ("#| step: a --join b", step(join="b", comment=True)),
    ("#|step a", step(comment=True)),
    ("%%parameters", Header(CellKind.PARAMETERS, 1)),
    ("#| parameters", Header(CellKind.PARAMETERS, 1, comment=True)),
    ("#| shared", Header(CellKind.SHARED, 1, comment=True)),
    ("%%bash\nls", Header(CellKind.FOREIGN, 1, magic="bash")),
    ("", Header()),
]


@pytest.mark.parametrize(("source", "header"), READ)
def test_a_first_line_says_what_a_cell_is(source: str, header: Header) -> None:
    assert read_header(source) == header


FAULTS = [
    ("%%step", "the step has no name. Write a name after step, such as %%step clean"),
    ("%%step --bg", "the step has no name. Write a name after step, such as %%step clean"),
    ("%%step my step", "'my step' cannot name a step. Write one Python identifier, such as my_step"),
    ("%%step class", "'class' cannot name a step. Write one Python identifier, such as clean"),
    ("%%step a --foreech x in y", "--foreech is not an option. Did you mean --foreach?"),
    ("%%step a --bg yes", "--bg takes no value, but 'yes' follows it. Delete 'yes'"),
    ("%%step a --bg --bg", "--bg is given twice. Keep one of them"),
    ("%%step a --foreach x", "--foreach 'x' is not of the form VAR in EXPR. Write for example --foreach cfg in grid"),
    ("%%step a --foreach p=grid", "--foreach 'p=grid' is not of the form VAR in EXPR. Write --foreach p in grid"),
    (
        "%%step a --foreach for p in [1, 2]",
        "--foreach 'for p in [1, 2]' is not of the form VAR in EXPR. Write --foreach p in [1, 2]",
    ),
    (
        "%%step a --foreach x in y[",
        "--foreach cannot iterate over 'y[': it is not Python. Write one Python expression after in, such as grid",
    ),
    ("%%step a --timeout soon", "--timeout 'soon' is not a duration. Write a number with s, m, h or d, such as 30m"),
    ("%%step a --timeout 30 90", "--timeout '30 90' is not a duration. Write a number with s, m, h or d, such as 30m"),
    (
        "%%step a --catch err",
        "--catch is not an option. What Metaflow's @catch is for, --allow-failures 10% does here",
    ),
    ("%%step a --timeout 0", "--timeout '0' is not a duration. Write a number with s, m, h or d, such as 30m"),
    ("%%step a --gpu 0", "--gpu '0' is not a whole number from 1. Write for example --gpu 2"),
    ("%%step a --memory !", "--memory '' is not a size. Write a number with MB or GB, such as 4GB"),
    ("%%step a --on mars", "--on 'mars' is not a place for a step. Write --on local or --on cluster"),
    ("%%step a --memory 4XB", "--memory '4XB' is not a size. Write a number with MB or GB, such as 4GB"),
    ("%%step a --retry -1", "--retry '-1' is not a whole number from 0. Write for example --retry 2"),
    ("%%step a --cpu 0", "--cpu '0' is not a whole number from 1. Write for example --cpu 2"),
    (
        "%%step a --allow-failures 101%",
        "--allow-failures '101%' is not a share from 0% to 100%. Write for example --allow-failures 10%",
    ),
    ("%%step a --seed x", "--seed 'x' is not a whole number from 0 to 4294967295. Write for example --seed 0"),
    ("%%step a --cache never", "--cache 'never' is not a way to cache. Write auto, off, pin or ttl=7d"),
    ("%%step a --after", "--after needs at least one name. Write --after a,b"),
    ("%%step a --after b, c,b", "--after names 'b' twice. Write --after b,c"),
    ("%%step a --lang R --out x,x", "--out names 'x' twice. Write --out x"),
    ("%%step a --lang bash --in x,y,x", "--in names 'x' twice. Write --in x,y"),
    ("%%step a --join 3", "--join needs a name, not '3'. Write --join NAME"),
    (
        "%%step a --if x > 3",
        "--if cannot test 'x > 3'. Write --if NAME, --if not NAME or --if NAME == LITERAL, "
        "and compute anything else in a step above",
    ),
    ("%%step a --if x == f(1)", "--if cannot compare with 'f(1)'. Write a literal, such as 3 or 'full'"),
    ("%%step a --if x --else x", "--if and --else cannot be in one header. Use one step for each"),
    (
        "%%step a --join b --foreach x in y",
        "--join and --foreach cannot be in one header. Let this step join, and put the foreach into the next one",
    ),
    ("%%parameters x", "'x' after parameters has no meaning. Delete 'x'; parameters cells take no options"),
    ("%%stpe a", "'%%stpe' is not an nbflow header. Write %%step if this cell is meant for nbflow"),
    ("#| stepp: a", "'#| stepp' is not an nbflow header. Write #| step if this cell is meant for nbflow"),
]


@pytest.mark.parametrize(("source", "text"), FAULTS)
def test_a_typo_is_told_with_its_fix(source: str, text: str) -> None:
    assert [f"{fault.message}. {fault.fix}" for fault in read_header(source).faults] == [text]


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("30m", 1800), ("1h30m", 5400), ("1d 2h 3.5s", 93603.5)])
def test_a_duration_may_have_several_units(text: str, seconds: float) -> None:
    assert read_header(f"%%step a --timeout {text}").options.timeout == seconds


@pytest.mark.parametrize(("text", "size"), [("4G", 4 * 10**9), ("4gb", 4 * 10**9), ("2Gi", 2 << 30), ("5B", 5)])
def test_the_letter_of_byte_may_be_left_out(text: str, size: int) -> None:
    assert read_header(f"%%step a --memory {text}").options.memory == MemoryAsked(size)


@pytest.mark.parametrize("text", ["%%step?", "%%step??", "%%parameters?"])
def test_a_question_for_help_is_no_near_miss(text: str) -> None:
    assert read_header(text).faults == ()


def test_a_near_miss_is_only_a_warning() -> None:
    assert [fault.warning for fault in read_header("%%stpe a").faults] == [True]


def test_what_can_be_read_is_kept_beside_a_fault() -> None:
    header = read_header("%%step a --tmeout 3m --retry 2 --watch ,")
    assert (header.name, header.options.retry, len(header.faults)) == ("a", 2, 2)


@pytest.mark.parametrize(
    ("cell", "line", "after"),
    [
        ("%%capture out\n%%step a\nx = 1", 2, ()),
        ("%%time\n\n%%step a --after b\nx = 1", 3, ("b",)),
        ("# save it\n%%step a\nx = 1", 2, ()),
        ("# save it\n#| step: a\nx = 1", 2, ()),
        ("#!\n%%step a\nx = 1", 2, ()),
        ("%step a\nx = 1", 1, ()),
        ("%% step a --after  b\nx = 1", 1, ("b",)),
        ("%%step\ta\nx = 1", 1, ()),
        ("%matplotlib inline\n%%step a\nx = 1", 2, ()),
    ],
)
def test_a_header_counts_as_if_it_stood_right(cell: str, line: int, after: tuple[str, ...]) -> None:
    header = read_header(cell)
    assert (header.kind, header.name, header.line, header.after, header.faults) == (
        CellKind.STEP, "a", line, after, ()
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "line", "right"),
    [
        ("# %%step a\nx = 1", 1, "%%step a"),
        ("# %%parameters\nk: int = 1", 1, "%%parameters"),
        ("%%time\n# %%step a\nx = 1", 2, "%%step a"),
    ],
)
def test_a_header_behind_a_comment_is_an_error_at_its_line(cell: str, line: int, right: str) -> None:
    [fault] = [fault for fault in read_header(cell).faults if not fault.warning]
    assert (fault.line, fault.fix) == (line, f"Write  {right}  as the first line")


@pytest.mark.parametrize(
    "cell",
    [
        "# %%step cells are cool\nx = 1", "# first\nx = 1\n# %%step a", "%%writefile n.py\n# %%\n# %%step a",
        "%%bash\n# %%step a", "'''\n%%step a\n'''", "%load_ext nbflow", "# step a", "%step", "",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_header_is_none(cell: str) -> None:
    assert [fault for fault in read_header(cell).faults if not fault.warning] == []


def test_other_options_of_quarto_may_stand_above_a_header() -> None:
    header = read_header("#| label: fig\n#| echo: false\n#| step: fit --after load\nx = 1")
    assert (header.kind, header.name, header.line, header.after) == (CellKind.STEP, "fit", 3, ("load",))
    assert read_header("#| label: fig\nx = 1").kind is CellKind.ORDINARY


def test_names_are_normalised_as_python_does() -> None:
    header = read_header("%%step ﬁt --foreach ﬁ in grid --in ﬁnd --after ﬁrst")
    assert (header.name, header.reads, header.after) == ("fit", frozenset({"find"}), ("first",))
    assert header.foreach is not None
    assert header.foreach.var == "fi"


@pytest.mark.parametrize("line", ["%%step b", "# %%step b", "#%%step b --after a", "%%shared", "# %%parameters"])
@pytest.mark.parametrize("above", ["x = 1", "%%step a\nx = 1", "#| step: a\nx = 1"])
def test_a_header_in_the_midst_of_a_cell_is_told(above: str, line: str) -> None:
    [fault] = read_header(f"{above}\n{line}\ny = 2").faults
    assert (fault.line, fault.warning) == (len(above.splitlines()) + 1, True)
    assert fault.message == f"'{line}' is in the middle of a cell, so it is not a header"
    assert read_header(f"{above}\nprint('%%step b', '# %%step')").faults == ()
