"""Whoever installs gets the panel as the sources say, with or without node; a machine of its own stands for theirs.

They share a checkout, and tell one story.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from nbflow.jupyter.panel.manual import PAGES
from nbflow.notebook.demos import DEMOS
from tests.labextension.conftest import Checkout

SHARED = "share/jupyter/labextensions/nbflow"


def installed(venv: Path) -> dict[str, bytes]:
    """The panel in an environment, by file."""
    shared = venv / SHARED
    return {path.relative_to(shared).as_posix(): path.read_bytes() for path in shared.rglob("*") if path.is_file()}


def built(checkout: Checkout) -> dict[str, bytes]:
    dist = checkout.folder / "labextension/dist"
    files = {path.relative_to(dist).as_posix(): path.read_bytes() for path in dist.rglob("*") if path.is_file()}
    return files | {"install.json": (checkout.folder / "labextension/install.json").read_bytes()}


def test_a_checkout_installs_on_a_machine_without_node(checkout: Checkout, tmp_path: Path) -> None:
    assert not (checkout.folder / "labextension/dist").exists()
    checkout.install(checkout.folder, tmp_path / "venv")
    panel = installed(tmp_path / "venv")
    assert panel == built(checkout)
    assert {"package.json", "schemas/nbflow/plugin.json", "install.json"} <= panel.keys()
    assert (tmp_path / "venv/etc/jupyter/jupyter_server_config.d/nbflow.json").exists()
    assert (tmp_path / "venv/etc/ipython/startup/50-nbflow.py").exists()


def test_an_sdist_installs_without_npm(checkout: Checkout, no_npm: Mapping[str, str], tmp_path: Path) -> None:
    sdist = checkout.build("sdist", tmp_path / "sdist", no_npm)
    checkout.install(sdist, tmp_path / "venv", no_npm)
    assert installed(tmp_path / "venv") == built(checkout)
    [static] = (tmp_path / "venv").glob("lib/*/site-packages/nbflow/static")
    assert {path.name for path in static.iterdir()} >= {"widget.js", "widget.css"}


@pytest.mark.skipif("NBFLOW_EXPLORE" not in os.environ, reason="builds a second wheel; NBFLOW_EXPLORE=1 runs it")
def test_what_was_edited_is_in_the_next_wheel(checkout: Checkout, tmp_path: Path) -> None:
    with (checkout.folder / "labextension/style/tokens.css").open("a") as style:
        style.write("\n.nbf-edited { color: rebeccapurple; }\n")
    checkout.install(checkout.folder, tmp_path / "venv")
    assert any(b"nbf-edited" in content for content in installed(tmp_path / "venv").values())
    [widget] = (tmp_path / "venv").glob("lib/*/site-packages/nbflow/static/widget.css")
    assert b"nbf-edited" in widget.read_bytes()


@pytest.mark.parametrize("edit", ["changed", "deleted", "renamed"])
def test_a_stale_bundle_is_refused_where_it_cannot_be_built(
    checkout: Checkout, bare_python: str, edit: str, tmp_path: Path
) -> None:
    source = checkout.folder / "labextension/src/lab/icon.ts"
    text = source.read_text()
    match edit:
        case "changed":
            source.write_text(text + "// changed\n")
        case "deleted":
            source.unlink()
        case "renamed":
            source.rename(source.with_name("renamed.ts"))
    done = checkout.run("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "wheel"), python=bare_python)
    source.with_name("renamed.ts").unlink(missing_ok=True)
    source.write_text(text)  # the checkout is shared
    assert (done.returncode, list(tmp_path.glob("wheel/*.whl"))) == (1, [])
    assert "the JupyterLab panel must be built, and there is no npm" in done.stderr


def test_a_wheel_holds_the_panel_and_neither_sources_nor_packages(checkout: Checkout, tmp_path: Path) -> None:
    wheel = zipfile.ZipFile(checkout.build("wheel", tmp_path / "wheel"))
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top.rsplit(".", 1)[-1] for top in tops} == {"nbflow", "data", "dist-info"}
    assert "nbflow/py.typed" in wheel.namelist()
    inside = {name.removeprefix("nbflow/") for name in wheel.namelist()}
    demos = {f"demos/{name}" for demo in DEMOS.values() for name in (demo.document, *demo.files)}
    assert {name for name in inside if name.startswith(("demos/", "manual/"))} == demos | {
        f"manual/{page}.md" for page in PAGES
    }
    notebooks = checkout.folder / "notebooks"
    assert {path.stem for path in notebooks.glob("*.ipynb")} == {*DEMOS}
    for name in demos:
        assert wheel.read(f"nbflow/{name}") == (notebooks / name.removeprefix("demos/")).read_bytes()


def test_an_installed_wheel_copies_its_demos_and_shows_its_manual(checkout: Checkout, tmp_path: Path) -> None:
    wheel = checkout.build("wheel", tmp_path / "wheel")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    code = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from nbflow.jupyter.panel.manual import PAGES, demo_notebook, manual_page
from nbflow.notebook.demos import DEMOS, copy_demo
assert all(copy_demo(demo, Path(sys.argv[2]) / demo.name).is_file() for demo in DEMOS.values())
assert all(manual_page(page).text for page in PAGES) and demo_notebook(None).content["cells"]
print(copy_demo.__code__.co_filename)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "installed"), str(tmp_path / "copies")],
        capture_output=True, text=True, check=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    assert str(tmp_path) in done.stdout
