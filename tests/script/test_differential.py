"""The scripts of the corpus do under nbflow what they do under Metaflow, but for the import.

Metaflow takes a second for each task, so it runs a choice of them; with NBFLOW_EXPLORE in the environment it runs all.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.script.differing import SCRIPTS, as_far_as_known, has_own_words, run_under, without_words

CHOSEN = SCRIPTS if "NBFLOW_EXPLORE" in os.environ else SCRIPTS[::16]


@pytest.mark.parametrize("script", CHOSEN)
def test_a_script_does_what_it_does_under_metaflow(tmp_path: Path, script: str) -> None:
    pytest.importorskip("metaflow")
    here, answers = run_under("nbflow", script, tmp_path / "nbflow")
    there, expected = run_under("metaflow", script, tmp_path / "metaflow")
    assert [(one.command, one.code) for one in here] == [(one.command, one.code) for one in there]
    if has_own_words(script):
        assert without_words(as_far_as_known(answers, expected)) == without_words(expected)
        return
    assert as_far_as_known(answers, expected) == expected
    assert here == there
