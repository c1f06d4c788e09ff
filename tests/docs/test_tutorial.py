"""The tutorial prints what its page says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.tutorial import PAGE, ROOT, outputs, run_tutorial


@pytest.mark.skipif(shutil.which("bash") is None, reason="the tutorial is written for bash")
def test_the_tutorial_prints_what_it_says(tmp_path: Path) -> None:
    """After a change of words: `python -m tests.docs.tutorial` writes them into the page."""
    page = PAGE.read_text()
    assert outputs(run_tutorial(page, tmp_path)) == outputs(page)
    format_page = (ROOT / "docs/store.md").read_text()
    program = re.search(r'^```python title="read_store.py"\n(.*?)^```$', format_page, re.M | re.S)
    assert program is not None
    done = subprocess.run(
        [sys.executable, "-c", program.group(1)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    first, *rows = done.stdout.splitlines()
    assert re.fullmatch(r"run \d+ of \w+", first)
    assert "compare [3] error float" in " ".join(rows)
