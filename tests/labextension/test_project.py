"""Facts that are written in two places are the same in both."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.labextension.conftest import ROOT


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def panel(name: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / "labextension" / name).read_text()))


def test_the_panel_has_the_version_of_the_package() -> None:
    assert panel("package.json")["version"] == panel("package-lock.json")["version"] == project()["version"]


def test_what_uninstalls_the_panel_is_the_package() -> None:
    assert panel("install.json")["packageName"] == project()["name"]


def test_the_lock_has_a_hash_of_every_package_and_no_address() -> None:
    packages = {name: facts for name, facts in panel("package-lock.json")["packages"].items() if name}
    assert [name for name, facts in packages.items() if "integrity" not in facts] == []
    assert [name for name, facts in packages.items() if "resolved" in facts] == []


def test_the_readme_tests_as_the_machines_do() -> None:
    command = (ROOT / ".ci/run").read_text().splitlines()[-1]
    assert command.endswith("python -m tests")
    assert f"```sh\n{command}\n```" in (ROOT / "README.md").read_text()


def test_every_style_sheet_is_imported_once_and_none_is_long() -> None:
    style = ROOT / "labextension/style"
    sheets = sorted(path.name for path in style.glob("*.css") if path.name != "index.css")
    for index in ("index.css", "index.js"):
        assert sorted(re.findall(r"[\w-]+\.css", (style / index).read_text())) == sheets
    assert [name for name in sheets if (style / name).read_text().count("\n") > 400] == []


ROOMS = ("state", "ui", "views", "lab")
"""The rooms of the panel; a room imports only from itself and from those before it."""


def sources(room: str) -> list[Path]:
    return sorted((ROOT / "labextension/src" / room).glob("*.ts"))


def imports_of(path: Path) -> set[str]:
    return set(re.findall(r"(?:from|import\() ?'([^']+)'", path.read_text()))


def test_the_panel_has_four_rooms_and_one_entry() -> None:
    source = ROOT / "labextension/src"
    assert {path.name for path in source.iterdir()} == {*ROOMS, "index.ts"}
    names = [path.name for path in source.rglob("*.ts") if path.name != "index.ts"]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_of_the_panel_imports_only_from_the_rooms_before_it(room: str) -> None:
    allowed = ROOMS[: ROOMS.index(room)]
    outside = {target for path in sources(room) for target in imports_of(path) if target.startswith("..")}
    assert sources(room)
    assert {target for target in outside if target.split("/")[1] not in allowed} == set()


@pytest.mark.parametrize("room", ["state", "ui", "views"])
def test_only_the_room_lab_knows_jupyterlab(room: str) -> None:
    assert [path for path in sources(room) if "'@jupyterlab/" in path.read_text()] == []


def test_the_state_of_the_panel_has_no_dom() -> None:
    words = re.compile(r"document\.(create|query|get)|HTML\w*Element|SVG\w*Element|window\.|addEventListener")
    assert [path for path in sources("state") if words.search(path.read_text())] == []
