"""Documents agree with the code."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from nbflow.flow.flowspec.class_rules import RESERVED_NAMES
from nbflow.flow.syntax.step_options import STEP_OPTIONS
from nbflow.jupyter.kernel.verbs.dispatch import LIVE_VERBS
from nbflow.script.inputs.parameters import RESERVED_OPTIONS
from nbflow.store.catalog import schema
from nbflow.verbs.table_of_verbs import VERBS
from tests.docs.tutorial import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("*.md"), *ROOT.glob("*.md")])


def test_the_diagram_of_the_architecture_is_what_import_linter_checks() -> None:
    block = re.search(r'^```text title="layers"\n(.*?)^```$', (DOCS / "architecture.md").read_text(), re.M | re.S)
    assert block is not None
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [one["layers"] for one in contracts if one["name"] == "Imports go one way"]
    assert [re.split(" {2,}", line)[0] for line in block.group(1).splitlines()] == layers


def test_the_ways_through_the_code_name_what_is_there() -> None:
    rows = re.findall(
        r"^\| `((?:nbflow|labextension)/[^`]+)` \| (.*) \|$", (DOCS / "architecture.md").read_text(), re.M
    )
    named = [(file, name.rpartition(".")[2]) for file, text in rows for name in re.findall(r"`([\w.]+)`", text)]
    assert [(file, name) for file, name in named if not re.search(rf"\b{name}\b", (ROOT / file).read_text())] == []
    assert len(rows) > 20


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"`((?:nbflow|tests|labextension|docs|notebooks)/[\w/.-]+)`", page.read_text()))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_page_of_commands_tells_every_verb() -> None:
    tables = (DOCS / "commands.md").read_text().partition("## Verbs of the shell")[0]
    told = set(re.findall(r"[a-z]+", " ".join(re.findall(r"`([^`]+)`", tables))))
    assert sorted({*VERBS, *LIVE_VERBS} - told) == []


def test_the_page_of_the_language_tells_every_option_of_a_step() -> None:
    table = (DOCS / "language.md").read_text().partition("| option | means |")[2].partition("\n\n")[0]
    rows = [line.strip("| ").replace("\\|", "/").split(" | ") for line in table.splitlines()[2:]]
    told = dict(rows)
    wanted = {
        ", ".join(f"`{f'--{word} {form}'.strip()}`" for form in option.forms).replace("|", "/"): option.means
        for word, option in STEP_OPTIONS.items()
    }
    assert told == wanted


def test_the_page_of_the_store_tells_every_table(tmp_path: Path) -> None:
    schema.create(tmp_path / "catalog.db")
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    told = re.findall(r"^\| (`[^|]+) \|", (DOCS / "store.md").read_text(), re.M)
    assert {table for table in tables if not table.startswith("sqlite_")} == set(re.findall(r"\w+", " ".join(told)))


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text().partition("nav:")[2]
    assert sorted(re.findall(r"[\w]+\.md", navigation)) == sorted(page.name for page in DOCS.glob("*.md"))


def test_the_readme_is_short_and_its_pictures_and_pages_are_there() -> None:
    readme = (ROOT / "README.md").read_text()
    assert readme.count("\n") <= 150
    linked = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", readme) if "://" not in link]
    assert [link for link in linked if not (ROOT / link).exists()] == []


def test_the_changelog_has_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)[:2] == ["Unreleased", version]


def test_the_names_that_an_export_refuses_are_listed() -> None:
    listed = re.findall(
        r"`([\w]+)`", (DOCS / "scripts.md").read_text().partition("**What is refused**")[2].partition("\n\n")[0]
    )
    names = RESERVED_NAMES | {name.replace("-", "_") for name in RESERVED_OPTIONS}
    assert names - set(listed) == set()
