"""Facts that are written in two places are the same in both."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

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


def test_only_what_is_in_lab_knows_jupyterlab() -> None:
    source = ROOT / "labextension/src"
    around = {source / "index.ts", *(source / "lab").glob("*.ts")}
    assert len(around) > 1
    drawing = set(source.rglob("*.ts")) - around
    assert [path for path in drawing if re.search(r"'@jupyterlab/|'[./]+/lab/", path.read_text())] == []
