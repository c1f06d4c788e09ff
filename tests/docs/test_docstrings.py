"""Public docstrings say what a caller must know, and their examples run."""

from __future__ import annotations

import ast
import doctest
import inspect
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nbflow
from nbflow import client
from nbflow.cards import get_cards
from nbflow.store.blobs.protocol import BlobStore

EXPORTED = {name: getattr(nbflow, name) for name in nbflow.__all__}
READING = {name: getattr(client, name) for name in client.__all__ if inspect.isclass(getattr(client, name))}

UNTOLD = frozenset({"self", "cls", "args", "kwargs", "unknown"})
"""Parameters without a meaning: `unknown` takes what is refused, and `object` takes the others."""


def described() -> Iterator[tuple[str, Any]]:
    """Yield every public function and class, and the methods of the classes that read results, also the inherited."""
    functions = {**EXPORTED, **READING, "get_cards": get_cards}
    yield from ((name, one) for name, one in functions.items() if inspect.isclass(one) or inspect.isfunction(one))
    for name, value in {**READING, "BlobStore": BlobStore}.items():
        for member, held in inspect.getmembers_static(value):
            method = getattr(held, "fget", None) or getattr(held, "func", held)
            if inspect.isfunction(method) and not member.startswith("_"):
                yield f"{name}.{member}", method


DESCRIBED = dict(described())
EXAMPLES = {"nbflow": nbflow, "BlobStore": BlobStore, **DESCRIBED}


def signature_of(value: Any) -> inspect.Signature:
    return inspect.signature(value.__init__ if inspect.isclass(value) else value)


def raised_by(value: Any) -> set[str]:
    """Return the names of the errors that the body itself raises."""
    body = value.__init__ if inspect.isclass(value) else value
    if not inspect.isfunction(body):
        return set()
    tree = ast.parse(textwrap.dedent(inspect.getsource(body)))
    calls = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise))
    return {call.func.id for call in calls if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)}


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_docstring_says_what_it_takes_gives_and_raises(name: str) -> None:
    value, text = DESCRIBED[name], inspect.getdoc(DESCRIBED[name]) or ""
    signature = signature_of(value)
    taken = {one for one in signature.parameters if not one.startswith("_")} - UNTOLD
    assert {one for one in taken if f"`{one}`" not in text and f"{one}: " not in text} == set()
    if not inspect.isclass(value) and signature.return_annotation not in ("None", "NoReturn"):
        assert (
            text.startswith(("Return", "Yield", "Tell", "Load and return")) or "Returns:" in text or "Yields:" in text
        )
    assert {error for error in raised_by(value) if error not in text} == set()


# examples

FILMS = """
from nbflow import FlowSpec, Parameter, card, step

class Films(FlowSpec):
    alpha = Parameter("alpha", default=0.75)

    @step
    def start(self):
        self.next(self.fit)

    @card
    @step
    def fit(self):
        self.score = self.alpha
        self.next(self.end)

    @step
    def end(self):
        pass

if __name__ == "__main__":
    Films()
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a script that has run once, and files for parameters."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "films.py").write_text(FILMS)
    (folder / "config.json").write_text('{"alpha": 0.1, "name": "Films"}')
    (folder / "movies.csv").write_text("title\nStalker\n")
    subprocess.run([sys.executable, "films.py", "run"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("name", [name for name, one in EXAMPLES.items() if ">>>" in (inspect.getdoc(one) or "")])
def test_an_example_shows_what_happens(
    name: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shutil.copytree(project, tmp_path / "project"))
    names = {**EXPORTED, "get_cards": get_cards, "__name__": "__main__"}
    example = doctest.DocTestParser().get_doctest(inspect.getdoc(EXAMPLES[name]) or "", names, name, None, 0)
    runner = doctest.DocTestRunner(verbose=False)
    told: list[str] = []
    runner.run(example, out=told.append)
    assert "".join(told) == ""
