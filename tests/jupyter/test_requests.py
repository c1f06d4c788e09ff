"""What the panel asks of a kernel, as it asks: lines that are sent beside the cells."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from nbflow.jupyter.protocol.messages import MIME
from tests.jupyter.kernels import Kernel, Reply
from tests.jupyter.notebooks import write

LOAD = '__import__("nbflow").load_ipython_extension(get_ipython())'


def quote(word: str) -> str:
    """As the panel does it: nothing is left for IPython to expand or for shlex to split."""
    inner = word.replace("'", "'\"'\"'").replace("$", "$''")
    return f"'{inner}'".replace("{", "{{").replace("}", "}}")


def call(*words: str) -> str:
    line = " ".join([words[0], *map(quote, words[1:])])
    return f'get_ipython().run_line_magic("nbflow", {json.dumps(line)})'


def cells(*sources: str, kinds: str = "", path: str = "", **more: object) -> str:
    """The cells that are shown; their ids are a, b, c …"""
    sent = [
        {"id": "abcdefgh"[n], "source": source, "type": "markdown" if kinds[n : n + 1] == "m" else "code", "tags": []}
        for n, source in enumerate(sources)
    ]
    return call("cells", json.dumps({"cells": sent, "path": path, **more}))


class Panel:
    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    def ask(self, *lines: str) -> Reply:
        """Beside the cells: not part of the history."""
        return self.kernel.run("\n".join([LOAD, *lines]), history=False)

    def ok(self, *lines: str) -> Reply:
        reply = self.ask(*lines)
        assert reply.status == "ok", reply.frames
        return reply


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    """On a notebook whose kernel has not loaded nbflow."""
    kernel = Kernel(tmp_path, write(tmp_path / "asked.ipynb", "x = 1"), extension=False)
    yield Panel(kernel)
    kernel.stop()


def preview(reply: Reply) -> Mapping[str, Any]:
    (shown,) = reply.displayed
    found: Mapping[str, Any] = shown[MIME]
    return found


def test_a_run_takes_what_is_on_the_screen_whatever_is_saved(panel: Panel) -> None:
    assert panel.ok().text == ""
    text = "{x} $x ${x} {{}} 'quoted' \"too\" \\n %s %%flow äöü\t?"
    shown = cells("# about", f"%%step first\ntext = {text!r}", "%%step second\nlength = len(text)", kinds="m")
    panel.ok(shown, call("run"))
    assert panel.kernel.value("text") == repr(text)
    assert panel.kernel.value("length") == str(len(text))
    panel.ok(cells("%%step second\nlength = 5"), call("run"))  # reordered, and one removed
    assert panel.kernel.value("length") == "5"
    assert panel.ok(call("show", "--mermaid")).text.count("step_") == 1


def test_what_is_executed_or_saved_afterwards_counts_more(panel: Panel) -> None:
    panel.ok(cells("%%step one\none = 1"))
    panel.kernel.ok("%%step one\none = 2", "a")
    assert panel.ok(call("run"), "print(one)").text.splitlines()[-1] == "2"
    panel.ok(cells("%%step one\none = 3"))
    write(panel.kernel.folder / "asked.ipynb", "%%step one\none = 4", at=2e9)
    assert panel.ok(call("run"), "print(one)").text.splitlines()[-1] == "4"


def test_parameters_arrive_as_they_were_typed(panel: Panel) -> None:
    panel.ok(cells("%%parameters\nword: str = 'a'", "%%step echo\nsaid = word"))
    panel.ok(call("run", "--word=it's {x} $HOME"))
    assert panel.kernel.value("said") == '"it\'s {x} $HOME"'


def test_a_preview_says_what_a_restore_would_do_and_keep_leaves_strangers_alone(panel: Panel) -> None:
    first, second = "%%step one\na = [1]\nb = 2", "%%step two\nc = a + [3]"
    panel.ok(cells(first, second), call("run"))
    panel.kernel.ok("a.append(9)")
    found = preview(panel.ok(call("restore", "one", "--dry-run", "--wire")))
    lines = [{**one, "kind": kind} for kind in ("added", "changed", "kept") for one in found[kind]]
    assert [(one["kind"], one["name"], one["type"], one["now"]) for one in lines] == [
        ("changed", "a", "list", "2 items: [1, 9]"), ("kept", "b", "int", "2"),
    ]  # fmt: skip
    assert (found["address"], found["strangers"], found["lost"]) == ("1/one", ["c"], [])
    assert found["to_map"] + found["to_load"] > 0
    assert "1 name bound, 1 kept" in panel.ok(call("restore", "one", "--keep")).text
    assert panel.kernel.value("a, c") == "([1], [1, 3])"
    assert "undone" in panel.ok(call("undo")).text
    assert panel.kernel.value("a") == "[1, 9]"
    panel.ok(call("restore", "one", "b"))
    assert "1 removed" in panel.ok(call("restore", "1/one")).text


def test_what_cannot_be_done_is_an_error_in_our_words(panel: Panel) -> None:
    panel.ok(cells("%%step breaks\nn = 0\n1 / n"))
    names = {
        call("run"): "TasksFailed",
        call("restore", "nowhere"): "UnknownName",
        call("undo"): "NothingToUndo",
        call("cancel"): "VerbUnknown",
        call("cells", "{"): "Misunderstood",
        call("cells", '{"cells": [1]}'): "Misunderstood",
    }
    for line, name in names.items():
        reply = panel.ask(line)
        assert (reply.status, reply.error_name) == ("error", name)
        assert "Traceback" not in reply.frames
    assert "bound its inputs" in panel.ok(call("debug", "breaks")).text
    assert "was trusted already" in panel.ok(call("trust")).text
    assert "tagged good" in panel.ok(call("tag", "1", "good")).text


def test_runs_beside_the_cells_are_bound_at_the_next_one(panel: Panel) -> None:
    shown = cells("%%step one\none = 1", "%%step two --foreach n in [1, 2]\ntwo = n", "%%step sum --join two\ns = 3")
    reply = panel.ok(shown, call("run", "--bg"))
    assert "goes on in the background" in reply.text
    panel.kernel.wait_for_snapshot(lambda one: bool(one["run"]["finished"]))
    assert panel.kernel.value("s") == "3"
    panel.ok(call("resume", "--bg"))
    panel.kernel.wait_for_snapshot(lambda one: one["run"]["number"] == 2 and bool(one["run"]["finished"]))
    panel.ok(call("rerun", "two[1]", "--bg"))
    over = panel.kernel.wait_for_snapshot(lambda one: one["run"]["number"] == 3 and bool(one["run"]["finished"]))
    assert {line["step"]: (line["done"], line["reused"]) for line in over["lines"]}["two"] == (1, 1)


def test_a_run_whose_end_is_shown_is_bound_even_if_its_last_lines_take_long(panel: Panel) -> None:
    panel.kernel.ok(
        "import time\nfrom nbflow.jupyter.kernel import worker_runs\nkeep = worker_runs.keep_within_limit\n"
        "worker_runs.keep_within_limit = lambda store: time.sleep(2) or keep(store)"
    )
    panel.ok(cells("%%step one\none = 1"), call("run", "--bg"))
    panel.kernel.wait_for_snapshot(lambda one: bool(one["run"]["finished"]))
    assert panel.kernel.value("one") == "1"


def test_what_the_panel_asks_is_no_cell_of_the_notebook(panel: Panel) -> None:
    panel.ok(cells("%%step one\none = stray"), "stray = 5")
    reply = panel.ask(call("run"))
    assert reply.error_name == "FlowRefused"


def test_a_long_cell_is_sent_at_once(panel: Panel) -> None:
    long = "%%step long\n" + "\n".join(f"value_{n} = {n} + 1  # nothing that ends" for n in range(3000))
    panel.ok(cells(long), call("run"))  # IPython alone would look at it for minutes
    assert panel.kernel.value("value_2999") == "3000"


def test_a_notebook_that_was_renamed_keeps_its_runs(panel: Panel) -> None:
    panel.ok()
    panel.kernel.ok("%%step one\none = 1", "a")
    folder = panel.kernel.folder
    (folder / "below").mkdir()
    (folder / "asked.ipynb").rename(folder / "below" / "renamed.ipynb")
    panel.ok(cells("%%step one\none = 1", path="below/renamed.ipynb"), call("run"))
    panel.kernel.ok("%%step two\ntwo = one + 1", "b")
    names = "[(run.flow, run.number) for run in Store.reader(root).runs()]"
    panel.kernel.ok(f"from pathlib import Path\nfrom nbflow.store.store import Store\nroot = Path('.nbflow')\n{names}")
    assert panel.kernel.value(names) == "[('asked', 2), ('asked', 1)]"


def test_the_chosen_parameters_count_in_cells_and_runs_and_others_have_the_values_of_their_cell(panel: Panel) -> None:
    shown = ("%%parameters\nk: int = 1\nname: str = 'a'", "%%step one\none = name * k")
    panel.ok(cells(*shown, choices={"k": "3", "gone": "x"}), call("run"))
    assert panel.kernel.value("one, k") == "('aaa', 3)"
    panel.kernel.ok("one", "c")
    panel.ok(cells(*shown, choices={"name": "b"}))
    assert panel.kernel.value("k, name") == "(1, 'b')"
    panel.kernel.ok(shown[1], "b")
    assert panel.kernel.value("one") == "'b'"
    assert panel.ask(cells(*shown, choices={"k": "many"})).error_name == "ParameterError"
