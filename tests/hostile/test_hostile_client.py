"""Whatever is asked of the client, and of each object that it gives, runs no code of a store that nobody trusts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbflow import client
from nbflow.client import DataArtifact, Flow, Run, Step, Task
from nbflow.errors import NbflowError, Untrusted
from tests.cli.shell import Shell
from tests.hostile.poison import Poisoned, poison
from tests.hostile.test_hostile_store import CELLS, SIGNED

OPERATORS = ("__repr__", "__str__", "__iter__", "__len__", "__dir__", "_repr_html_", "_repr_mimebundle_")
CHANGING = {"add_tag", "add_tags", "remove_tag", "remove_tags", "replace_tag", "replace_tags"}


@pytest.fixture(params=SIGNED)
def poisoned(request: pytest.FixtureRequest, tmp_path: Path) -> Poisoned:
    shell = Shell(tmp_path)
    shell("run", shell.write("films", *CELLS))
    return poison(tmp_path / ".nbflow", request.param)


def things(folder: Path) -> Iterator[Any]:
    """Yield one object of each class for each step."""
    flow = Flow("films", folder)
    yield flow
    yield flow.latest_run
    for step in flow.latest_run:
        yield step
        for task in step:
            yield from (task, task.data, task.artifacts, *task)


def questions(thing: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield everything that can be asked of an object without an argument."""
    for name in dir(type(thing)):
        if (name.startswith("_") and name not in OPERATORS) or name in CHANGING:
            continue
        yield name, lambda name=name: _use(thing, name)


def _use(thing: Any, name: str) -> Any:
    found = getattr(thing, name)
    if not callable(found):
        return list(found) if isinstance(found, Iterator) else found
    needed = [one for one in inspect.signature(found).parameters.values() if one.default is one.empty]
    if any(one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY) for one in needed):
        return None
    made = found()
    return list(made) if isinstance(made, Iterator) else made


def test_every_class_of_the_client_is_asked(poisoned: Poisoned, tmp_path: Path) -> None:
    classes = {type(one) for one in things(tmp_path)}
    assert {Flow, Run, Step, Task, DataArtifact} <= classes
    public = {
        one for one in vars(client).values() if inspect.isclass(one) and one.__module__.startswith("nbflow.client")
    }
    assert {one.__name__ for one in public} - {one.__name__ for one in classes} <= {"Metaflow", "Several"}


def test_no_question_runs_code_of_the_store(poisoned: Poisoned, tmp_path: Path) -> None:
    ran, refused = set(), dict[tuple[type, str], str]()
    for thing in things(tmp_path):
        for name, ask in questions(thing):
            try:
                ask()
            except Untrusted as error:
                refused[type(thing), name] = str(error)
            except (NbflowError, AttributeError, TypeError):
                pass
            if poisoned.has_run_code:
                ran.add((type(thing).__name__, name))
                poisoned.mark.unlink()
    assert ran == set()
    assert (DataArtifact, "data") in refused
    assert not any("\n" in said for said in refused.values())
