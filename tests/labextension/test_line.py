"""What the panel writes on a line of the kernel arrives there word for word."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from tests.labextension.modules import Module


@pytest.fixture(scope="module")
def line() -> Any:
    module = Module("lab/line.ts")
    yield module
    module.close()


@pytest.fixture(scope="module")
def shell() -> Any:
    return InteractiveShell(  # type: ignore[no-untyped-call]
        user_ns={"x": "EXPANDED", "HOME": "EXPANDED", "b": [1]}
    )


def arrive(shell: Any, text: str) -> list[str]:
    """The words that a line magic splits off."""
    return shlex.split(shell.var_expand(text))


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--bg", "--genre=Sci-Fi"],
        ["restore", "7/fit[3]", "--dry-run"],
        ['--title=it\'s "so"', "--path=C:\\new\\table", "--empty="],
        ["--cost=$x", "--home=$HOME", "--dollar=$", "--twice=$$x $$"],
        ['--config={"a": {x}}', "--set={x}", "--format={{x}}", "--bracket={"],
        ["--mixed='$x' {x} '$x", "--odd='", "--text=what?", "--star=*.csv", "--note=a # b"],
        ["--words=two words", "--lines=one\ntwo\ttab", "--none=", "", "--unicode=Grüße 🎬 \u2028"],
    ],
)
def test_every_word_arrives_as_it_was_typed(line: Any, shell: Any, words: list[str]) -> None:
    assert arrive(shell, line.call("writeLine", words)) == words


@settings(max_examples=300)
@given(words=st.lists(st.text("ab$x{}'\"\\ .?\n=é", max_size=12), max_size=4))
def test_whatever_is_typed_arrives(line: Any, shell: Any, words: list[str]) -> None:
    assert arrive(shell, line.call("writeLine", words)) == words


def test_plain_words_stay_readable(line: Any) -> None:
    assert line.call("writeLine", ["run", "--to", "fit", "--top_k=5"]) == "run --to fit --top_k=5"


def test_a_parameter_that_is_called_like_an_option_is_spelt_out(line: Any) -> None:
    written = line.call("writeParameters", {"genre": "Drama", "to": "5", "flag": "true"})
    assert written == ["--genre=Drama", "--parameter-to=5", "--flag=true"]


def test_the_code_says_the_very_lines(line: Any) -> None:
    said: list[str] = []

    class Shell:
        def run_line_magic(self, name: str, text: str) -> None:
            said.append(f"%{name} {text}")

    class Loaded:
        def load_ipython_extension(self, shell: Shell) -> None:
            said.append("load")

    code = line.call("writeCode", ['cells \'{"a": "\\\\n"}\'', "run --note='two\nlines'"])
    exec(code, {"get_ipython": Shell, "__import__": lambda name: Loaded()})
    assert said == ["load", '%nbflow cells \'{"a": "\\\\n"}\'', "%nbflow run --note='two\nlines'"]
