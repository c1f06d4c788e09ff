"""How outputs are put together, without a kernel and without a worker."""

from __future__ import annotations

import itertools
import json

import pytest

from nbflow.run.output import display
from nbflow.run.output.display import bundle_of
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


class Showing:
    """Shows what it is given, as an object of the user's own may do."""

    def __init__(self, bundle: object) -> None:
        self.bundle = bundle

    def __repr__(self) -> str:
        return "Showing"

    def _repr_mimebundle_(self, **_options: object) -> object:
        return self.bundle() if callable(self.bundle) else self.bundle


def _cycle() -> dict[str, object]:
    found: dict[str, object] = {}
    found["json"] = found
    return found


def _deep() -> dict[str, object]:
    found: list[object] = []
    for _ in range(100_000):
        found = [found]
    return {"json": found}


def _leaves() -> object:
    raise SystemExit(3)


BUNDLES = {
    "set": ({"json": {"a"}}, ["a"]),
    "bytes": ({"json": [b"ab"]}, ["YWI="]),
    "no numbers": ({"json": [float("nan"), float("inf"), -float("inf")]}, ["nan", "inf", "-inf"]),
    "keys": ({"json": {(1, 2): 3, None: 4, 5: 6}}, {"null": 4, "5": 6}),
    "object": ({"json": Showing(1)}, "Showing"),
    "half a character": ({"json": ["\ud800"]}, ["\ud800"]),
    "cycle": (_cycle, "<a dict that is not valid JSON>"),
    "nested": (_deep, "<a list that is not valid JSON>"),
    "endless": (lambda: {"json": itertools.count()}, "<a count that is not valid JSON>"),
}


@pytest.mark.parametrize("name", BUNDLES)
def test_a_display_is_valid_json_whatever_it_was(name: str) -> None:
    bundle, seen = BUNDLES[name]
    shown = bundle_of(Showing(bundle))
    assert shown == {"text/plain": "Showing", "json": seen}
    json.dumps(shown, allow_nan=False)


def test_a_display_that_exits_is_withheld_in_a_line() -> None:
    assert bundle_of(Showing(_leaves)) == {"text/plain": "<Showing cannot be shown: SystemExit: 3>"}


def test_a_display_that_does_not_end_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "SECONDS_FOR_DISPLAY", 0.01)
    shown = bundle_of(Showing(lambda: [None for _ in itertools.count() if False]))
    assert shown == {"text/plain": "<Showing cannot be shown: it takes longer than 0 s>"}


def test_content_that_is_too_large_is_left_out_with_a_line() -> None:
    outputs = Outputs()
    huge = {"a": ["x" * 10_000_000] * 3}
    outputs.show("display_data", {"text/plain": "A", "text/html": "x" * 10**8, "json": huge, "image/png": "small"})
    data = outputs.all[0]["data"]
    assert [*data] == ["text/plain", "image/png"]
    assert data["text/plain"].startswith("A\n[text/html is left out: it has 100,000,000 characters, and at most ")


def test_an_error_that_is_shown_is_short() -> None:
    outputs = Outputs()
    outputs.fail("E" * 10**6, "x" * 10**7, ["x" * 10**7, "y" * 10**7])
    assert len(json.dumps(outputs.all)) < 110_000
