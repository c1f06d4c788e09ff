"""The house that the code stands in: one meaning for each name, small files and functions, docstrings that speak."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.prose import PACKAGE, fault_of, faults

LONGEST_FILE = 400
LONGEST_FUNCTION = 50

PRESCRIBED = frozenset(
    {
        "show",  # of a backend of matplotlib, which looks for a function of this name
        "ZMQInteractiveShell",  # libraries look whether the class of the shell is called so
    }
)
"""Names that others look for, so that two things must have them."""

ROOT = Path(__file__).parents[1]
RUFF = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]
SOMEBODY_ELSES = [ROOT / folder for folder in RUFF["extend-exclude"]]
TREES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
TESTS = {
    path: ast.parse(path.read_text("utf-8"))
    for path in sorted((ROOT / "tests").rglob("*.py"))
    if not any(folder in path.parents for folder in SOMEBODY_ELSES)
}


def defined(tree: ast.Module) -> Iterator[str]:
    """Yield the public names that a module binds at its top level, without those that it imports."""
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case _:
                pass


def test_each_public_name_means_one_thing() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path, tree in TREES.items():
        for name in set(defined(tree)) - PRESCRIBED:
            if not name.startswith("_"):
                places[name].append(str(path.relative_to(PACKAGE)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_each_module_has_a_name_of_its_own() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in TREES:
        if path.stem not in ("__init__", "__main__"):
            places[path.stem].append(str(path.relative_to(PACKAGE)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in TREES | TESTS}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_page() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path, tree in (TREES | TESTS).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_every_docstring_is_a_sentence_that_says_what_is_done() -> None:
    assert list(faults()) == []


@pytest.mark.parametrize(
    ("docstring", "fault"),
    [
        ("Return the folder of the store that holds this object.", ""),
        ("Whether the step is over.", ""),
        ("Of the store.", "it begins with 'Of'"),
        ("Those of one session.", "it begins with 'Those'"),
        ("What is known of every step.", "it begins with 'What'"),
        ("The values, in order.", "its first sentence has no verb"),
        ("`x`.", "its first sentence has no verb"),
    ],
)
def test_what_is_wrong_with_a_docstring(docstring: str, fault: str) -> None:
    assert fault_of(docstring) == fault


def test_every_room_says_what_it_is_for() -> None:
    rooms = [path for path in TREES if path.name == "__init__.py"]
    assert [str(path.relative_to(PACKAGE)) for path in rooms if not ast.get_docstring(TREES[path])] == []


def test_no_text_of_the_project_names_the_folder_that_it_happens_to_stand_in() -> None:
    places = [
        *PACKAGE.rglob("*.py"),
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "tests").rglob("*.py"),
    ]
    assert [str(path) for path in places if str(ROOT) in path.read_text("utf-8", "replace")] == []
