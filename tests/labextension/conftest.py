"""A checkout as somebody else gets it, and a machine with no node on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("LICENSE", "README.md", "docs", "labextension", "nbflow", "notebooks", "pyproject.toml")
BUILT = shutil.ignore_patterns("__pycache__", "dist", "lib", "node_modules", "static")
NEVER = "http://127.0.0.1:9"  # the port that discards


@dataclass
class Checkout:
    """The sources alone. `path` is all that its commands find on the PATH."""

    folder: Path
    path: Path

    def run(
        self, *command: str, env: Mapping[str, str] | None = None, python: str = sys.executable
    ) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PATH": str(self.path), **(env or {})}
        return subprocess.run(
            [python, *command], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def ok(self, *command: str, env: Mapping[str, str] | None = None) -> None:
        done = self.run(*command, env=env)
        assert done.returncode == 0, done.stdout + done.stderr

    def install(self, what: Path, venv: Path, env: Mapping[str, str] | None = None) -> None:
        """Into a new environment; what it depends on is not what is tested."""
        self.ok("-m", "venv", "--without-pip", str(venv))
        python = str(venv / "bin/python")
        self.ok("-m", "pip", "--python", python, "install", "--no-deps", "--quiet", str(what), env=env)

    def build(self, target: str, into: Path, env: Mapping[str, str] | None = None) -> Path:
        self.ok("-m", "hatchling", "build", "-t", target, "-d", str(into), env=env)
        [built] = into.iterdir()
        return built


def lend_packages(folder: Path) -> None:
    """Give a checkout the packages that this one has installed: `npm ci` takes most of a minute."""
    packages = ROOT / "labextension/node_modules"
    if packages.is_dir() and os.stat(packages).st_dev == os.stat(folder).st_dev:
        shutil.copytree(packages, folder / packages.name, True, shutil.ignore_patterns(".cache"), _link_or_copy)


def _link_or_copy(source: str, target: str) -> None:
    """What npm writes itself is copied."""
    if Path(source).name == ".package-lock.json":
        shutil.copy2(source, target)
    else:
        os.link(source, target)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    top = tmp_path_factory.mktemp("machine")
    folder, path = top / "nbflow", top / "bin"
    folder.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=BUILT)
        else:
            shutil.copy2(ROOT / part, folder / part)
    lend_packages(folder / "labextension")
    path.mkdir()
    for command in ("env", "sh"):
        (path / command).symlink_to(shutil.which(command) or "")
    return Checkout(folder, path)


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Has the packages of this one, but none of its commands, npm among them."""
    venv = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    [packages] = venv.glob("lib/*/site-packages")
    (packages / "those.pth").write_text(sysconfig.get_path("purelib"))
    return str(venv / "bin/python")


@pytest.fixture(scope="session")
def no_npm(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Nothing comes out of npm's cache or registry."""
    return {"npm_config_registry": NEVER, "npm_config_cache": str(tmp_path_factory.mktemp("npm"))}
