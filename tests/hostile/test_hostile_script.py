"""No command of a script runs code of a store that somebody else has prepared; its cards are values, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.cards.reading import get_cards
from nbflow.client import Flow
from nbflow.errors import Untrusted
from tests.exploring import some
from tests.hostile.poison import Poisoned, poison
from tests.hostile.test_hostile_store import SIGNED
from tests.script.running import Scripts

BODY = """
    @card
    @step
    def start(self):
        self.values = [1, 2]
        print("started")
        self.next(self.end)

    @step
    def end(self):
        self.best = max(self.values)
"""
COMMANDS = (
    *("card list RUN/start", "card get RUN/start", "card get RUN/start FILE.html", "card view RUN/start"),
    *("dump RUN/start", "dump RUN/start --include values", "dump RUN/start --file FILE", "logs RUN/start"),
    *("spin start", "spin RUN/end", "resume", "resume --origin-run-id RUN", "resume end", "resume --clone-only"),
    *("tag list --run-id RUN", "show", "check", "show-runs"),
)


@pytest.fixture(params=some(SIGNED, 3))
def scripts(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scripts:
    monkeypatch.chdir(tmp_path)
    scripts = Scripts(tmp_path)
    path = scripts.write(BODY, "f.py")
    assert scripts.command(path, "run").returncode == 0
    poison(tmp_path / ".nbflow", request.param)
    return scripts


def test_no_command_of_a_script_runs_code_of_the_store(scripts: Scripts) -> None:
    poisoned, ran = Poisoned(scripts.folder / ".nbflow", scripts.folder / "code of the store was run"), []
    for command in COMMANDS:
        words = command.replace("RUN", "1").replace("FILE", str(scripts.folder / "written")).split()
        done = scripts.command(scripts.folder / "f.py", *words, BROWSER="true")
        assert "Traceback (most" not in done.stdout + done.stderr, (command, done.stderr)
        assert "<script>" not in done.stdout, command
        if poisoned.has_run_code:
            ran.append(command)
            poisoned.mark.unlink()
    assert ran == []


def test_cards_that_others_signed_are_not_loaded(scripts: Scripts) -> None:
    with pytest.raises(Untrusted, match="nbflow trust"):
        get_cards(Flow("F", scripts.folder)["1"]["start"].task)
    assert not (scripts.folder / "code of the store was run").exists()
