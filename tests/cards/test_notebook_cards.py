"""`current.card` in a notebook: seen while its task runs, and as its script has it."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from nbflow import current
from nbflow.cards import Image, Markdown, ProgressBar
from nbflow.run.output.card_parts import cards_of_task
from nbflow.run.output.live_output import last_words
from nbflow.run.output.outputs import Output
from tests.export.test_script import method
from tests.export.test_script import script as exported
from tests.flows import Shape
from tests.run.driving import task
from tests.run.running import Place

PRELUDE = "from nbflow import current\nfrom nbflow.cards import Markdown"


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """The folder of a running task `fit`, whose card others may look at."""
    (tmp_path / f"{os.getpid()}.task").write_text("fit\n0\n")
    return tmp_path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def texts(outputs: list[Output]) -> list[Any]:
    return [output["data"]["text/plain"] for output in outputs]


def test_a_card_is_seen_from_outside_while_its_task_runs(live: Path) -> None:
    with cards_of_task(live):
        bar, note = ProgressBar(4), Markdown("first")
        current.card.append(bar)
        current.card["log"].append(note, id="note")
        bar.value, note.text = 3, "second"
        current.card.refresh(force=True)
        assert texts(last_words(live, "fit")) == ["3 / 4", "second"]
        assert current.card["log"].components == {"note": note}
        current.card["log"].clear()
        current.card.refresh(force=True)
        assert texts(last_words(live, "fit")) == ["3 / 4"]
    assert last_words(live, "fit") == []


def test_a_progress_bar_is_drawn_as_it_goes_on(live: Path) -> None:
    with cards_of_task(live):
        bar = ProgressBar(10**9)
        current.card.append(bar)
        while texts(last_words(live, "fit"))[0].startswith("0 "):
            bar.update(bar.value + 1)


def test_a_card_that_cannot_be_drawn_or_written_fails_nothing(tmp_path: Path) -> None:
    with cards_of_task(tmp_path / "gone"):
        current.card.append(Image(None))
        current.card.refresh(force=True)
    assert "there is no picture" in Image(None)._repr_html_()


def test_what_a_task_displays_is_kept_as_it_was_last(place: Place) -> None:
    body = "bar, note = ProgressBar(3), Markdown('one')\ndisplay(bar)\nbar.update(3)\nnote"
    ran = place.run(Shape("shown", f"from nbflow.cards import Markdown, ProgressBar\n---\n%%step show\n{body}", {}))
    assert texts(ran.results[task("show")].outputs) == ["3 / 3", "one"]


def test_current_is_handed_on_as_what_it_is() -> None:
    assert pickle.loads(pickle.dumps(current)) is current


def test_a_script_declares_the_cards_that_a_step_appends_to() -> None:
    function = "def note(text):\n    current.card['log'].append(Markdown(text))"
    body = "current.card.append(Markdown('x'))"
    script = f"{PRELUDE}\n\n{function}"
    assert _cards(script, f"%%step fit\n{body}") == ["@card"]
    assert _cards(script, f"%%step fit\nnote('x')\n{body}") == ["@card", "@card(id='log')"]
    assert _cards(script, "%%step fit\nnote('x')\ncurrent.card.refresh()") == ["@card(id='log')"]
    assert _cards(script, "%%step fit\nx = 1") == []
    assert method("fit", script, f"%%step fit\n{body}").count("display(") == 0


def _cards(*cells: str) -> list[str]:
    text = exported(*cells).partition("\n    def fit(")[0].rpartition("\n\n")[2]
    return [line.strip().replace('"', "'") for line in text.splitlines() if "@card" in line]
