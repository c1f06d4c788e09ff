"""How outputs are put together, without a kernel and without a worker."""

from __future__ import annotations

import pytest

from nbflow.run.output.outputs import LONGEST_OUTPUT, Outputs, settled


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("plain\ntext\n", "plain\ntext\n"),
        ("  0%\r 50%\r100%\n", "100%\n"),
        ("longer text\rnew", "newger text"),
        ("dos\r\nlines\r\r\n", "dos\nlines\n"),
        ("waiting\r", "waiting"),
        ("abc\b\bXY\n", "aXY\n"),
        ("\bkept", "\bkept"),
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
    ],
)
def test_a_stream_is_kept_as_it_is_seen_at_its_end(written: str, seen: str) -> None:
    assert settled(written) == seen


def test_an_update_reaches_all_displays_of_its_id_and_nothing_that_was_cleared() -> None:
    outputs = Outputs()
    outputs.show("display_data", {"text/plain": "1"}, name="a")
    outputs.show("display_data", {"text/plain": "2"}, {"own": 1}, name="a")
    outputs.update("a", {"text/plain": "3"})
    assert [(one["data"], one["metadata"]) for one in outputs.all] == [({"text/plain": "3"}, {})] * 2
    outputs.clear()
    outputs.update("a", {"text/plain": "4"})
    assert outputs.all == []


def test_an_update_of_what_another_task_displays_appears_here() -> None:
    outputs = Outputs()
    outputs.update("elsewhere", {"text/plain": "new"})
    assert [one["data"] for one in outputs.all] == [{"text/plain": "new"}]


def test_outputs_that_wait_to_be_cleared_stay_until_something_comes() -> None:
    outputs = Outputs()
    outputs.text("stdout", "old")
    outputs.clear(wait=True)
    assert [one["text"] for one in outputs.all] == ["old"]
    outputs.text("stdout", "new")
    assert [one["text"] for one in outputs.all] == ["new"]


def test_a_very_long_text_is_cut_and_a_picture_is_not() -> None:
    outputs = Outputs()
    shown = outputs.show(
        "display_data", {"text/plain": "x" * (LONGEST_OUTPUT + 1), "image/png": "x" * (LONGEST_OUTPUT + 1)}
    )
    assert shown["data"]["text/plain"].endswith("x\n[this text is longer than 1,000,000 characters]")
    assert len(shown["data"]["image/png"]) == LONGEST_OUTPUT + 1
