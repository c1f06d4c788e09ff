"""Takes the pictures of the documents again: `python -m tests.docs.pictures`. Look at them before you commit them.

JupyterLab runs in Chromium as in the tests of the browser, and `tests/browser/test_pictures.py` poses.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURES = "NBFLOW_PICTURES"
"""Names the folder into which the tests of the pictures put them; without it they are thrown away."""


def main() -> int:
    command = [sys.executable, "-m", "pytest", "-q", "tests/browser/test_pictures.py"]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, PICTURES: str(ROOT / "docs")}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
