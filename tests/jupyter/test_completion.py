"""What the Tab key offers in a header and on a `%flow` line: all of it is accepted, and nothing of it is internal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from nbflow.errors import VerbUnknown
from nbflow.flow.syntax.header import read_header
from nbflow.flow.syntax.step_options import STEP_OPTIONS
from nbflow.history.address import read_address
from nbflow.jupyter.kernel.completing.completion import complete
from nbflow.jupyter.kernel.verbs.dispatch import IN_BACKGROUND, LIVE_VERBS, STARTING
from nbflow.verbs.table_of_verbs import VERBS
from tests.jupyter.kernels import Kernel
from tests.jupyter.live import Live

CELLS = [
    '%%parameters\nkind: Literal["a b", "full"] = "full"\nfast: bool = True\nsizes: list = [1]\n_inner: int = 3',
    "import math\nLIMIT = 3\n_hidden = 4\ndef make_grid():\n    return [1, 2]",
    "%%environment old\nsix==1.16.0",
    "%%step load\nnumbers = list(range(12))\n_private = 2",
    "%%step square --foreach n in numbers\nsq = n * n",
    "%%step total --join square\nresult = sum(inputs.sq)",
    "%%step full --if kind == 'full'\nextra = 1",
    "%%step _inner_step\nquiet = 1",
]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A session whose steps have run. Its user has names and files, of which no completion may be made."""
    module = types.ModuleType("__main__")
    before, sys.modules["__main__"] = sys.modules["__main__"], module
    folder = tmp_path_factory.mktemp("completion")
    (folder / "data").mkdir()
    for name in ("data/films.csv", "data/.secret", "notes.txt", "requirements.txt", ".hidden"):
        (folder / name).write_text("")
    session = Live(module.__dict__, folder)
    for cell in CELLS:
        session.run(cell)
    session.names["users_variable"] = 1
    yield session
    session.session.close()
    sys.modules["__main__"] = before


def offered(live: Live, text: str) -> list[str]:
    """Complete at the `^` in a text."""
    found = complete(live.session, text.replace("^", ""), text.index("^"))
    assert found is not None
    return [*found.words]


def completed(live: Live, text: str) -> list[str]:
    """Return the whole lines that the completions give."""
    at = text.index("^")
    found = complete(live.session, text.replace("^", ""), at)
    assert found is not None
    return [text[: found.start] + word + text[at + 1 :] for word in found.words]


def without(*options: str) -> list[str]:
    return sorted({f"--{word}" for word in STEP_OPTIONS} - {*options})


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("%%step q --fo^", ["--foreach"]),
        ("#| step: q --fo^", ["--foreach"]),
        ("%%time\n%%step q --fo^", ["--foreach"]),
        ("%%step q --fo^ --join square", []),
        ("%%step q ^", without()),
        ("%%step q --^", without()),
        ("%%step q --after load -^", without("--after")),
        ("%%step q --after load ^", without("--after")),
        ("%%step q ^ --if kind", without("--if", "--else")),
        ("%%step q --bg ^", without("--bg")),
        ("%%step q --zz^", []),
        ("%%step q --after ^", ["full", "load", "square", "total"]),
        ("%%step q --after load,^", ["full", "square", "total"]),
        ("%%step square --after ^", ["load"]),
        ("%%step q --join ^", ["square"]),
        ("%%step q --foreach ^", []),
        ("%%step q --foreach x in nu^", ["numbers"]),
        ("%%step q --foreach x in zip(numbers, L^", ["LIMIT"]),
        ("%%step q --foreach x in numbers.^", []),
        ("%%step q --foreach x in numbers s^", []),
        ("%%step q --if not k^", ["kind"]),
        ("%%step q --if kind == ^", ["'a b'", "'full'"]),
        ("%%step q --if fast == ^", ["False", "True"]),
        ("%%step q --else ^", ["kind"]),
        ("%%step q --while ^\nbusy = 1\n_own = 2", ["busy"]),
        ("%%step q --in ^", ["extra", "fast", "kind", "n", "numbers", "result", "sizes", "sq", *without("--in")]),
        ("%%step q --in numbers,s^", ["sizes", "sq"]),
        ("%%step q --out b^\nbusy = 1", ["busy"]),
        ("%%step q --cache ^", ["auto", "off", "pin", "ttl=7d"]),
        ("%%step q --watch ^", ["notes.txt", "requirements.txt", "data/"]),
        ("%%step q --watch notes.txt,data/f^", ["data/films.csv"]),
        ("%%step q --env ^", ["notes.txt", "old", "requirements.txt"]),
        ("%%step q --env six==1.17.0 o^", ["old"]),
        ("%%step q --env requirements.txt r^", []),
        ("%%step q --foreach sixth in numbers --env six=={si^", ["sixth", "sizes"]),
        ("%%step q --env \"six=={sixth^}\" --foreach sixth in numbers", ["sixth"]),
        ("%%step ^\nmodel = fit(numbers)", ["fit_model"]),
        ("%%step f^", []),
    ],
)  # fmt: skip
def test_what_a_header_is_completed_with(live: Live, header: str, words: list[str]) -> None:
    assert offered(live, header) == words


@pytest.mark.parametrize("code", ["x = ^", "%%time\nx = ^", "x = 1\n%%step q --fo^", "%%step q\nx = nu^", "%%ste^"])
def test_other_code_is_left_to_others(live: Live, code: str) -> None:
    assert complete(live.session, code.replace("^", ""), code.index("^")) is None


@pytest.mark.parametrize("word", STEP_OPTIONS)
def test_every_value_that_is_offered_is_accepted(live: Live, word: str) -> None:
    prefixes = {"foreach": ["x ", "x in "], "if": ["", "not ", "kind == ", "fast == "]}.get(word, [""])
    for prefix in prefixes:
        lines = completed(live, f"%%step q --{word} {prefix}^\nbusy = 1")
        assert lines or word == "bg"
        values = [line for line in lines if f"--{word} {prefix}--" not in line]
        assert {line: read_header(line).faults for line in values if read_header(line).faults} == {}


@pytest.mark.parametrize("word", STEP_OPTIONS)
def test_every_example_of_the_table_is_accepted_and_what_follows_it_too(live: Live, word: str) -> None:
    header = f"%%step q --{word} {STEP_OPTIONS[word].example}".rstrip()
    assert read_header(header).faults == ()
    for line in completed(live, f"{header} ^"):
        faults = [fault.message for fault in read_header(line).faults]
        assert not [text for text in faults if "cannot be in one header" in text or "twice" in text or "not an" in text]


LINES = {
    "^": sorted({*VERBS, *LIVE_VERBS}),
    "rest^": ["restore"],
    "restore square[1^": ["square[1]", "square[10]", "square[11]"],
    "restore t^": ["total"],
    "restore 1/t^": ["1/total"],
    "restore total r^": ["result"],
    "restore total --d^": ["--dry-run"],
    "run --to t^": ["total"],
    "run --to=t^": ["total"],
    "run --kind ^": ["full"],
    "run --no^": ["--no-fast"],
    "run --b^": [IN_BACKGROUND],
    "run --memory ^": ["1GB", "4GB", "16GB"],
    "run --to total --t^": ["--tag"],
    "convert --to ^": ["comment", "magic"],
    "export --target m^": ["metaflow"],
    "check --script n^": ["notes.txt"],
    "diff ^": ["1", "--help"],
    "trust ^": ["add", "list", "remove", "sign", "--help"],
    "trust add --n^": ["--name"],
    "trust sign ^": ["--help"],
    "nonsense ^": [],
    "restore nonsense ^": [],
}


@pytest.mark.parametrize("line", LINES)
def test_what_a_line_is_completed_with(live: Live, line: str) -> None:
    assert offered(live, f"%flow {line}") == LINES[line]
    assert offered(live, f"x = 1\n%nbflow {line}") == LINES[line]


def test_restore_offers_steps_items_and_earlier_runs(live: Live) -> None:
    words = offered(live, "%flow restore ^")
    assert words[:4] == ["full", "load", "square", "square[0]"]
    assert {"square[11]", "total", "1/load", "1/total"} <= {*words}
    assert [word for word in words if word[0] != "-" and str(read_address(word)) != word] == []


def test_a_run_offers_the_clusters_of_the_project_and_of_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.nbflow.clusters.slurm]\nclass = "dask_jobqueue.SLURMCluster"\n')
    with LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as made:
        live = Live({"made": made, "rows": 1}, tmp_path)
        live.run("%%step load\nrows = 1")
        assert offered(live, "%flow run --on ^") == ["made", "slurm"]
        live.session.close()


def refusal_of(live: Live, line: str) -> str:
    try:
        live.use(line)
    except VerbUnknown as error:
        return str(error)
    return ""


@pytest.mark.parametrize("verb", sorted({*VERBS, *LIVE_VERBS}))
def test_every_option_that_is_offered_is_accepted(live: Live, verb: str) -> None:
    words = [word for word in offered(live, f"%flow {verb} --^") if word.startswith("--")]
    assert "--help" in words
    assert (IN_BACKGROUND in words) == (verb in STARTING)
    known = re.compile(r"^(Option '[^']*' requires an argument.*|)$", re.S)
    for word in words:
        assert known.match(refusal_of(live, f"{verb} --help {word}")), word
    assert not known.match(refusal_of(live, f"{verb} --help --nonsense"))


def test_a_store_that_cannot_be_read_offers_nothing(tmp_path: Path) -> None:
    first = Live({}, tmp_path)
    first.run("%%step load\nrows = 1")
    first.session.close()
    catalog = tmp_path / ".nbflow/catalog.db"
    catalog.write_bytes(catalog.read_bytes()[:100] + b"damaged" * 2000)
    second = Live({}, tmp_path)
    assert offered(second, "%flow restore ^") == []
    assert offered(second, "%flow rest^") == ["restore"]
    assert offered(second, "%%step a --after ^") == []
    assert offered(second, "%%step a --cache p^") == ["pin"]


def test_a_cell_that_is_nested_too_deeply_is_left_out(tmp_path: Path) -> None:
    live = Live({}, tmp_path)
    live.run("%%step load\nrows = 1")
    live.session.ran("y = " + "-" * 100_000 + "1", "deep")
    assert offered(live, "%%step a --after ^") == ["load"]
    assert offered(live, "%%step a --cache p^") == ["pin"]


INTERNAL = ("_", "users_variable", ".secret", ".hidden", "--wire")


def test_nothing_internal_is_offered(live: Live) -> None:
    headers = [f"%%step q --{word} {value}^\nbusy = _own = 1" for word in STEP_OPTIONS for value in ("", "x in ", "a,")]
    verbs = [*VERBS, *LIVE_VERBS]
    lines = [f"%flow {verb} {rest}^" for verb in verbs for rest in ("", "--", "total ", "--to ", "_", "1/")]
    words = {word for text in [*headers, *lines] for word in offered(live, text)}
    assert [word for word in words if word.rpartition("/")[2].startswith(INTERNAL) or word in INTERNAL] == []


# in IPython

FRONT_ENDS = ["%%step q --fo", "%flow rest", "%flow nonsense ", "%%step q --zz", "prin"]


def test_a_kernel_offers_the_same_and_leaves_other_code_to_ipython(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path)
    try:
        kernel.ok("users_variable = 1")
        assert [kernel.complete(text) for text in FRONT_ENDS] == [["--foreach"], ["restore"], [], [], ["print"]]
        assert kernel.complete("%%step users_v") == []
        kernel.ok("%unload_ext nbflow")
        assert kernel.complete("users_v") == ["users_variable"]
        assert kernel.complete("%flow rest") == []
    finally:
        kernel.stop()


TERMINAL = """
from IPython.terminal.interactiveshell import TerminalInteractiveShell
from IPython.terminal.ptutils import IPythonPTCompleter
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
shell = TerminalInteractiveShell.instance()
shell.run_line_magic("load_ext", "nbflow")
shell.run_cell("users_variable = 1")
for text in {texts!r}:
    found = IPythonPTCompleter(shell=shell).get_completions(Document(text, len(text)), CompleteEvent())
    print([one.text for one in found])
"""


def test_ipython_in_a_terminal_offers_the_same(tmp_path: Path) -> None:
    code = TERMINAL.format(texts=[*FRONT_ENDS[:4], "users_v"])
    env = {**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env=env, check=True
    )
    assert done.stdout.splitlines() == ["['--foreach']", "['restore']", "[]", "[]", "['users_variable']"]
