"""What can be typed, and what is said to what cannot."""

import pytest

from nbflow.flow.syntax.specs import ParameterSpec, ParameterType
from nbflow.verbs.options import ParameterOption, find_notebook, spell_out
from tests.cli.shell import Shell

CELLS = (
    "%%parameters\n"
    "genre: str = 'Drama'  # which to pick\n"
    "top_k: int = 3\n"
    "fast: bool = False\n"
    "memory: float = 0.5\n"
    "level: Literal['low', 'high'] = 'low'",
    "%%step show\nprint(genre, top_k, fast, memory, level)",
)
BOOL = ParameterOption(ParameterSpec("fast_mode", ParameterType.BOOL), "--fast_mode")
WORDS = ParameterOption(ParameterSpec("top_k", ParameterType.INT), "--top_k")
TAKEN = ParameterOption(ParameterSpec("on", ParameterType.BOOL), "--parameter-on")


@pytest.mark.parametrize(
    ("words", "spelt"),
    [
        (["--fast_mode"], ["--fast_mode=true"]),
        (["--no-fast_mode"], ["--fast_mode=false"]),
        (["--fast-mode", "nb.ipynb"], ["--fast_mode=true", "nb.ipynb"]),
        (["--no-fast-mode"], ["--fast_mode=false"]),
        (["--fast_mode", "no", "x"], ["--fast_mode=no", "x"]),
        (["--fast_mode=1"], ["--fast_mode=1"]),
        (["--top-k", "3", "--top-k=4"], ["--top_k", "3", "--top_k=4"]),
        (["--dry-run", "-j", "2"], ["--dry-run", "-j", "2"]),
        (["--on", "tcp://x"], ["--on", "tcp://x"]),
        (["--no-parameter-on"], ["--parameter-on=false"]),
        (["--parameter-top_k", "3"], ["--top_k", "3"]),
        (["--no-parameter-fast-mode"], ["--fast_mode=false"]),
    ],
)
def test_flags_and_dashes_are_spelt_out(words: list[str], spelt: list[str]) -> None:
    assert spell_out(words, [BOOL, WORDS, TAKEN]) == spelt


@pytest.mark.parametrize(
    ("words", "notebook"),
    [
        (["a.ipynb"], "a.ipynb"),
        (["--k", "3", "a.ipynb"], "a.ipynb"),
        (["film", "--k", "3"], "film"),
        (["-o", "done.ipynb", "a.py"], "a.py"),
        (["text.py", "-o", "done.ipynb"], "text.py"),
        (["--help"], None),
    ],
)
def test_the_notebook_is_found_among_the_words(words: list[str], notebook: str | None) -> None:
    assert find_notebook(words, ["-o"]) == notebook


def test_help_lists_the_parameters_of_the_notebook(shell: Shell) -> None:
    answer = shell("run", shell.write("films", *CELLS), "--help")
    assert answer.code == 0
    start = answer.lines.index("Parameters of the notebook:")
    assert answer.lines[start + 1 : start + 6] == [
        "  --genre str               which to pick  [default Drama]",
        "  --top_k int               [default 3]",
        "  --fast, --no-fast         [default False]",
        "  --parameter-memory float  [default 0.5]",
        "  --level low|high          [default low]",
    ]


def test_parameters_are_typed_options(shell: Shell) -> None:
    words = ["--genre", "A b", "--top-k", "-1", "--fast", "--parameter-memory=2", "--level", "high"]
    answer = shell("run", *words, shell.write("films", *CELLS))
    assert answer.code == 0
    assert "  A b -1 True 2.0 high" in answer.lines


def test_an_unknown_option_is_named_and_not_the_word_after_it(shell: Shell) -> None:
    answer = shell("run", "--verbose", "maybe")
    assert answer.code == 2
    assert "there is no option --verbose" in answer.err
    assert shell("run", "--genre", "maybe", shell.write("films", *CELLS)).code == 0


NAMESAKES = ("%%parameters\ntag: str = 't'\non: bool = False\nwithout_failed = 1\nreuse = 2", "%%step a\ntag, reuse")


def test_check_warns_of_parameters_with_the_names_of_options(shell: Shell) -> None:
    warned = shell("check", shell.write("flow", *NAMESAKES)).lines[:-1]
    assert warned == [
        f"warning: flow.ipynb · cell 1, line {line}: parameter '{name}' has the name of an option: --{name} is not "
        f"taken for the parameter. Set it with --parameter-{name}, or rename it"
        for line, name in ((2, "tag"), (3, "on"), (5, "reuse"))
    ]


@pytest.mark.parametrize(("words", "name"), [(["--tag", "mine"], "tag"), (["--no-on"], "on"), (["--reuse"], "reuse")])
def test_an_option_with_the_name_of_a_parameter_says_how_to_set_the_parameter(
    shell: Shell, words: list[str], name: str
) -> None:
    notebook = shell.write("flow", *NAMESAKES)
    note = f"note: --{name} is an option of 'run'; --parameter-{name} sets the parameter of that name\n"
    assert shell("run", notebook, *words).err.startswith(note)
    assert "note" not in shell("run", notebook, f"--parameter-{name}", "1", *words).err


def test_an_unknown_parameter_offers_the_nearest(shell: Shell) -> None:
    answer = shell("run", shell.write("films", *CELLS), "--gnre", "x")
    assert answer.code == 2
    assert (
        "'run' has no option --gnre, and films.ipynb has no parameter of that name: did you mean --genre?" in answer.err
    )


def test_a_value_of_the_wrong_type_is_refused_with_an_example(shell: Shell) -> None:
    notebook = shell.write("films", *CELLS)
    answer = shell("run", notebook, "--top_k", "many")
    assert answer.code == 2
    assert "parameter 'top_k' needs a whole number, not 'many'. Write for example --top_k 3" in answer.err
    answer = shell("run", notebook, "--level", "middle")
    assert answer.code == 2
    assert "parameter 'level' needs one of 'low', 'high', not 'middle'. Write for example --level low" in answer.err


def test_nothing_is_stored_of_a_run_that_was_refused(shell: Shell) -> None:
    shell("run", shell.write("films", *CELLS), "--top_k", "many")
    assert [path.name for path in shell.folder.iterdir()] == ["films.ipynb"]


def test_a_parameter_without_a_value_is_asked_for(shell: Shell) -> None:
    answer = shell("run", shell.write("flow", "%%parameters\nname: str", "%%step a\nx = name"))
    assert answer.code == 2
    assert answer.err == "Error: no value for parameter name, which has no default: add --name VALUE\n"
    answer = shell("run", shell.write("flow", "%%parameters\ntag: str", "%%step a\nx = tag"))
    assert answer.err == "Error: no value for parameter tag, which has no default: add --parameter-tag VALUE\n"


def test_the_form_without_a_verb_is_answered_with_the_verb(shell: Shell) -> None:
    answer = shell("movie.ipynb")
    assert answer.code == 2
    assert "write a verb first: nbflow run movie.ipynb" in answer.err


def test_a_misspelt_verb_offers_the_nearest(shell: Shell) -> None:
    answer = shell("stauts", "movie.ipynb")
    assert answer.code == 2
    assert "there is no verb 'stauts': did you mean 'status'?" in answer.err


def test_spin_is_told_what_does_it_in_a_notebook(shell: Shell) -> None:
    answer = shell("spin", "movie.ipynb", "load")
    assert (answer.code, "nbflow run NOTEBOOK --only STEP runs one step" in answer.err) == (2, True)


def test_params_is_a_table(shell: Shell) -> None:
    assert shell("params", shell.write("films", *CELLS)).lines == [
        "--genre             str       which to pick  [default Drama]",
        "--top_k             int       [default 3]",
        "--fast              bool      [default False]",
        "--parameter-memory  float     [default 0.5]",
        "--level             low|high  [default low]",
    ]
    assert shell("params", shell.write("plain", "%%step a\nx = 1")).out.startswith("no parameters: begin a cell with")


@pytest.mark.parametrize("word", ["4XB", "0GB", "many"])
def test_a_size_that_is_none_is_refused(shell: Shell, word: str) -> None:
    answer = shell("run", shell.write("films", *CELLS), "--memory", word)
    assert answer.code == 2
    assert f"--memory '{word}' is not a size. Write a number with MB or GB, such as 4GB" in answer.err
