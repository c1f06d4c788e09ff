"""Prints a page as PDF with a Chromium that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nbflow.errors import NoBrowser, PrintFailed

BROWSERS = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "microsoft-edge-stable", "msedge",
)  # fmt: skip
"""Names the programs in the order in which they are looked for. The shell without windows starts soonest."""

_APPLICATIONS = {
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "win32": (
        r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
        r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
        r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
    ),
}
"""Names where browsers are installed on systems that do not keep them on the PATH."""

_OPTIONS = (
    "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--no-pdf-header-footer",
)  # fmt: skip
_LONGEST = 300  # seconds


def find_chromium() -> str | None:
    """Return the path of a Chromium, None if there is none. NBFLOW_CHROMIUM overrides the search."""
    return next(_candidates(), None)


def _candidates() -> Iterator[str]:
    named = os.environ.get("NBFLOW_CHROMIUM")
    if named:
        yield named
    yield from filter(None, map(shutil.which, BROWSERS))
    for path in map(os.path.expandvars, _APPLICATIONS.get(sys.platform, ())):
        if os.access(path, os.X_OK):
            yield path


def to_pdf(html: str) -> bytes:
    """Return a page as PDF. Raises NoBrowser if there is no Chromium, and PrintFailed if it makes no PDF."""
    program = find_chromium()
    if program is None:
        raise NoBrowser
    with tempfile.TemporaryDirectory(prefix="nbflow-pdf-", ignore_cleanup_errors=True) as folder:
        page, printed = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_bytes(html.encode("utf-8", "backslashreplace"))
        _print(program, page, printed, Path(folder, "profile"))
        return printed.read_bytes()


def _print(program: str, page: Path, printed: Path, profile: Path) -> None:
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    command = [program, *_OPTIONS, f"--user-data-dir={profile}", f"--print-to-pdf={printed}"]
    command += ["--no-sandbox"] if is_root else []  # as root, it refuses to start with its sandbox
    try:
        done = subprocess.run(
            [*command, page.as_uri()], stdin=subprocess.DEVNULL, capture_output=True, timeout=_LONGEST, check=False
        )
    except OSError as error:
        raise PrintFailed(program, error.strerror or str(error)) from None
    except subprocess.TimeoutExpired:
        raise PrintFailed(program, f"it took more than {_LONGEST} s") from None
    if done.returncode or not printed.is_file():
        raise PrintFailed(program, f"exit code {done.returncode}" if done.returncode else "it wrote no file")
