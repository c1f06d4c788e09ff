"""`docs/metaflow.md` names every public name of the Metaflow that is installed, and says of none what is not so."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import nbflow
from nbflow.errors import MetaflowException
from nbflow.script.commands.group import COMMANDS
from nbflow.script.language import refused
from nbflow.script.language.class_decorators import FLOW_DECORATORS
from nbflow.script.language.decorators import STEP_DECORATORS
from nbflow.script.metaflow_modules import METAFLOW_MODULES
from nbflow.script.processes.runner import ExecutingRun
from tests.script import metaflow_names
from tests.script.running import Scripts

pytest.importorskip("metaflow")

TABLE = Path(__file__).parents[2] / "docs" / "metaflow.md"
_ROW = re.compile(r"\| `(?P<name>[^`]+)` \| (?P<status>\w+) \| ?(?P<note>.*?) ?\|")


@dataclass(frozen=True)
class Row:
    """One name of Metaflow, and what nbflow does about it."""

    name: str
    status: str
    note: str

    @property
    def is_refused(self) -> bool:
        return self.status == "refused"


def rows_of(title: str) -> dict[str, Row]:
    text = TABLE.read_text("utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    return {found["name"]: Row(**found.groupdict()) for found in _ROW.finditer(text)}


NAMES, DECORATORS, COMMAND_ROWS, ATTRIBUTES, ARGUMENTS = map(
    rows_of, ("Names", "Decorators and their options", "Commands and their options", "Attributes", "Arguments")
)
EVERY = [*NAMES.values(), *DECORATORS.values(), *COMMAND_ROWS.values(), *ATTRIBUTES.values(), *ARGUMENTS.values()]


def below(found: dict[str, list[str]], spelling: str, refused: set[str], itself: bool = True) -> Iterator[str]:
    """The names that a table must have: what is refused stands alone, the rest with its options."""
    for name, options in found.items():
        if itself and name:
            yield name
        if name not in refused:
            yield from (spelling.format(name, option).strip() for option in options)


def test_every_name_is_in_the_table() -> None:
    assert NAMES.keys() == metaflow_names.names()


def test_every_decorator_is_in_the_table_with_its_options() -> None:
    whole = below(metaflow_names.decorators(), "{}({}=)", refused.DECORATORS.keys())
    assert {name.removeprefix("@") for name in DECORATORS} == set(whole)


def test_every_command_is_in_the_table_with_its_options() -> None:
    gone = {*refused.REFUSED_COMMANDS, *refused.SUBCOMMANDS}
    every = metaflow_names.commands().items()
    found = {name: options for name, options in every if name.partition(" ")[0] not in gone or name in gone}
    assert COMMAND_ROWS.keys() == set(below(found, "{} {}", gone))


def test_every_attribute_and_argument_is_in_the_table() -> None:
    assert ATTRIBUTES.keys() == set(below(metaflow_names.attributes(), "{}.{}", set(), itself=False))
    assert ARGUMENTS.keys() == set(below(metaflow_names.arguments(), "{}({}=)", set(), itself=False))


def test_each_says_one_of_three_things() -> None:
    assert {row.status for row in EVERY} == {"supported", "better", "refused"}
    assert [row.name for row in EVERY if row.is_refused and not row.note] == []


# what the table says is so


@pytest.mark.parametrize("row", NAMES.values(), ids=list(NAMES))
def test_a_name_is_what_the_table_says(row: Row) -> None:
    found = getattr(nbflow, row.name)
    if row.is_refused:
        with pytest.raises(MetaflowException, match=re.escape(row.note)):
            found("x")
    else:
        assert row.name in nbflow.__all__


def _a_step() -> Any:
    def work(self: object) -> None: ...

    return nbflow.step(work)


def test_decorators_take_the_options_that_the_table_says() -> None:
    for row in DECORATORS.values():
        name, _, option = row.name.removeprefix("@").removesuffix("=)").partition("(")
        if row.is_refused:
            assert refused.DECORATORS[name] == row.note
        elif not option:
            assert name in STEP_DECORATORS or name in FLOW_DECORATORS
        else:
            with pytest.raises(MetaflowException) as caught:
                getattr(nbflow, name)(no_such_option=1)(_a_step() if name in STEP_DECORATORS else nbflow.FlowSpec)
            assert re.search(rf"\b{option}\b", str(caught.value).partition(": it takes ")[2])


def test_commands_have_the_options_that_the_table_says() -> None:
    for row in COMMAND_ROWS.values():
        words = row.name.split()
        option = words.pop() if words[-1].startswith("--") else ""
        reason = refused.why_refused([*words, option] if option else words)
        if row.is_refused:
            assert reason == f"{row.name} is not part of nbflow: {row.note}"
            continue
        assert reason is None
        assert not words or words[0] in COMMANDS
        assert not option or option in metaflow_names.own_options(" ".join(words)), row.name


def test_what_is_refused_on_the_command_line_says_why(scripts: Scripts) -> None:
    path = scripts.write("@step\ndef start(self):\n    pass\n")
    for words in (["argo-workflows", "create"], ["resume", "--reentrant"], ["card", "create", "1/start"]):
        done = scripts.command(path, *words)
        assert (done.returncode, "is not part of nbflow: " in done.stderr) == (2, True), done.stderr


def owner(name: str) -> Any:
    return ExecutingRun if name == "ExecutingRun" else getattr(nbflow, name)


def test_classes_have_the_attributes_that_the_table_says() -> None:
    for row in ATTRIBUTES.values():
        name, _, attribute = row.name.partition(".")
        if name != "current":  # most of what it has is there in tasks only
            assert hasattr(owner(name), attribute), row.name
        if row.is_refused:
            with pytest.raises(MetaflowException, match=re.escape(row.note)):
                getattr(owner(name), attribute)(None)


def test_current_has_in_a_task_what_the_table_says(scripts: Scripts) -> None:
    names = [row.name.partition(".")[2] for row in ATTRIBUTES.values() if row.name.startswith("current.")]
    ran = scripts.run(f"@step\ndef start(self):\n    self.seen = [n for n in {names!r} if hasattr(current, n)]\n")
    assert ran.value("start", "seen") == names


def test_what_scripts_construct_takes_the_arguments_that_the_table_says() -> None:
    for row in ARGUMENTS.values():
        name, _, argument = row.name.removesuffix("=)").partition("(")
        if row.is_refused:
            with pytest.raises(MetaflowException, match=re.escape(row.note)):
                getattr(nbflow, name)("x", **{argument: len})
        else:
            assert argument in inspect.signature(getattr(nbflow, name)).parameters, row.name


@pytest.mark.parametrize("name", METAFLOW_MODULES)
def test_a_module_of_metaflow_has_the_same_names_here(name: str) -> None:
    there = importlib.import_module(f"metaflow.{name}")
    here = importlib.import_module(f"nbflow.{name}")
    names = [one for one in METAFLOW_MODULES[name][1].split() if one != "*"]
    assert [one for one in names if not hasattr(there, one)] == []
    assert all(getattr(here, one) is getattr(importlib.import_module(METAFLOW_MODULES[name][0]), one) for one in names)


IMPORTING = """
import nbflow
print(nbflow.exception.MetaflowException("told").message, nbflow.parameters.Parameter is nbflow.Parameter)
from nbflow.plugins.cards.card_modules.components import Markdown
try:
    import nbflow.nothing
except ModuleNotFoundError as error:
    print(error)
print(hasattr(nbflow, "nothing"))
"""


def test_modules_are_attributes_and_others_are_not_there() -> None:
    ran = subprocess.run([sys.executable, "-c", IMPORTING], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["told True", "No module named 'nbflow.nothing'", "False"]
