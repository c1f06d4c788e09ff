"""The hooks into IPython, each once, in a real kernel. What a session decides is tested without one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jupyter.kernels import Kernel
from tests.jupyter.notebooks import write


def test_shift_enter_runs_a_step_shows_its_value_and_binds_its_artifacts(kernel: Kernel) -> None:
    first = kernel.ok("%%step run_once\nprint('ran')\nonce = [1, 2]\nonce")
    assert (first.text, first.value) == ("ran\n", "[1, 2]")
    assert kernel.value("once") == "[1, 2]"
    again = kernel.ok("%%step run_once\nprint('ran')\nonce = [1, 2]\nonce")
    assert again.text.splitlines()[0].startswith("run_once · from run 1, ")
    assert again.text.splitlines()[1] == "ran"
    assert again.value == "[1, 2]"


def test_the_comment_form_means_the_same(kernel: Kernel) -> None:
    kernel.ok("#| step: commented --cache auto\ncommented = 5")
    assert "commented · from run" in kernel.ok("%%step commented --cache auto\ncommented = 5").text


def test_displayed_values_updates_and_figures_are_shown_again(kernel: Kernel) -> None:
    cell = (
        "%%step shows\nimport matplotlib.pyplot as plt\nfrom IPython.display import HTML, display\n"
        "handle = display('before', display_id=True)\nhandle.update('after')\n"
        "display(HTML('<b>bold</b>'))\nplt.plot([1, 2])\ndel handle\nshown = 1"
    )
    first = kernel.ok(cell)
    again = kernel.ok(cell)
    kinds = [sorted(data) for data in again.displayed]
    assert [data["text/plain"] for data in again.displayed[:1]] == ["'after'"]
    assert "<b>bold</b>" in [data.get("text/html") for data in again.displayed]
    assert sum("image/png" in kind for kind in kinds) == 1
    assert sum("image/png" in data for data in first.displayed) == 1


def test_logging_set_up_before_the_step_is_part_of_its_output(kernel: Kernel) -> None:
    kernel.ok("import logging\nlogging.basicConfig(format='%(message)s')")
    kernel.ok("%%step logs\nlogging.warning('beware')\nlogged = 1")
    assert "beware" in kernel.ok("%%step logs\nlogging.warning('beware')\nlogged = 1").text


def test_an_error_is_the_cells_own_in_cell_coordinates_without_our_frames(kernel: Kernel) -> None:
    reply = kernel.run("%%step fails\ndivisor = 0\nratio = 1 / divisor")
    plain = reply.frames.replace("\x1b", "")
    assert reply.error_name == "ZeroDivisionError"
    assert "step fails" in plain
    assert "line 3" in plain
    assert "nbflow" not in plain
    assert kernel.value("divisor") == "0"


def test_debug_looks_into_the_frame_of_the_body(kernel: Kernel) -> None:
    kernel.run("%%step explodes\ndef burst(pressure):\n    return 1 / pressure\nbursts = burst(0)")
    reply = kernel.converse("%debug", "p 'pressure is', pressure", "up", "p 'bursts' in dir()", "q")
    assert "('pressure is', 0)" in reply.text
    assert "step explodes" in reply.text


def test_errors_of_nbflow_are_their_text_and_nothing_else(kernel: Kernel) -> None:
    reply = kernel.run("%%step reads\nvalue = not_defined_anywhere")
    assert reply.error_name == "FlowRefused"
    assert reply.frames.splitlines() == [f"FlowRefused: {line}" for line in reply.error.splitlines()[:1]]
    assert "not_defined_anywhere" in reply.error


def test_shared_cells_run_in_the_kernel_and_in_workers(kernel: Kernel) -> None:
    kernel.ok("%%shared\nimport decimal\ndecimal.getcontext().prec = 7\nshared_name = 'shared'")
    assert kernel.value("shared_name") == "'shared'"
    kernel.ok("%%step prec --foreach k in [1, 2]\nprecision = decimal.getcontext().prec")
    kernel.ok("%%step precs --join prec\nprecs = inputs.precision")
    assert kernel.value("precs") == "[7, 7]"
    assert kernel.run("%%shared\n1 / 0").error_name == "ZeroDivisionError"


def test_a_foreach_shows_its_progress_in_one_output(kernel: Kernel) -> None:
    reply = kernel.ok("%%step squares --foreach n in range(6)\nsquare = n * n")
    assert len(reply.displayed) == 1
    last = (reply.updates or reply.displayed)[-1]["text/plain"]
    assert "6/6" in last
    assert last.startswith("✓")


def test_an_interrupt_ends_a_foreach_and_the_next_cell_works(kernel: Kernel, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    message = kernel.send(f"%%step stuck --foreach n in [1, 2]\nopen({str(gate)!r}).read()\nfreed = n")
    with gate.open("w"):  # opens when a worker reads: it is running now, and would until this ends
        kernel.interrupt()
        reply = kernel.read(message)
    assert reply.error_name == "KeyboardInterrupt"
    assert kernel.value("1 + 1") == "2"
    kernel.wait_for_snapshot(lambda one: one["run"]["status"] == "cancelled")


def test_an_interrupt_ends_a_run_and_keeps_what_has_finished(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path)
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    try:
        kernel.ok("%%step quick\nquick = 1")
        message = kernel.send(f"#| step: slow --bg\nopen({str(gate)!r}).read()\nslow = quick")
        kernel.read(message)
        with gate.open("w"):  # while it is open the body goes on
            reply = kernel.run("%flow cancel")
        assert reply.status == "ok"
        message = kernel.send("%flow run")
        with gate.open("w"):
            kernel.interrupt()
            reply = kernel.read(message)
        assert reply.error_name == "KeyboardInterrupt"
        assert kernel.value("quick") == "1"
    finally:
        kernel.stop()


def test_a_kernel_that_is_told_to_end_waits_for_nothing_that_workers_have_needed(kernel: Kernel) -> None:
    kernel.ok("%%step squared --foreach n in [1, 2]\nsquared = n * n")
    kernel.ok("import os, psutil\nbeside = psutil.Process().children(recursive=True)")
    assert kernel.value("any('resource_tracker' in ' '.join(one.cmdline()) for one in beside)") == "True"
    kernel.ok("awaited = [one.cmdline() for one in beside if os.getpgid(one.pid) == os.getpgrp()]")
    assert kernel.value("any('resource_tracker' in ' '.join(words) for words in awaited)") == "False"


def test_the_namespace_is_the_plain_dictionary_that_it_always_was(kernel: Kernel) -> None:
    assert kernel.value("type(globals()), globals() is get_ipython().user_ns") == "(dict, True)"


def test_tab_completes_verbs_steps_runs_artifacts_and_options(kernel: Kernel) -> None:
    kernel.ok("%%step completes\ncompleted_name = 1")
    assert "restore" in kernel.complete("%flow rest")
    assert "completes" in kernel.complete("%flow run --to comp")
    assert "completed_name" in kernel.complete("%flow restore completes completed")
    assert "--dry-run" in kernel.complete("%flow restore completes --d")
    assert "--fresh" in kernel.complete("%nbflow run --fr")


def test_the_magic_alone_lists_the_verbs(kernel: Kernel) -> None:
    text = kernel.ok("%flow").text
    assert "  restore     Bind names to the values that they held after a task" in text
    assert "  why " in text


def test_verbs_offer_commands_as_magics(kernel: Kernel) -> None:
    kernel.ok("%%step offered\noffered = 1")
    kernel.run("%%step offered_too\noffered_too = offered")
    kernel.ok("%%step offered\noffered = 2")
    text = kernel.ok("%flow why offered_too").text
    assert "%flow run --reuse --to offered_too would run" in text


def test_the_graph_is_drawn_inline(kernel: Kernel) -> None:
    kernel.ok("%%step drawn\ndrawn = 1")
    (shown,) = kernel.ok("%flow show").displayed
    assert "drawn" in shown["text/plain"]
    assert "drawn" in shown.get("image/svg+xml", "drawn")


def test_the_form_has_a_field_of_the_right_kind_for_each_parameter(kernel: Kernel) -> None:
    kernel.ok(
        "%%parameters\nfrom datetime import date\nfrom typing import Literal\ncount: int = 4  # how many\n"
        "rate: float = 0.5\nloud: bool = True\nkind: Literal['a', 'b'] = 'a'\nday: date = date(2026, 1, 2)\n"
        "word: str = 'x'"
    )
    (form,) = kernel.ok("%flow params").displayed
    assert "--count" in form["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in form
    kernel.ok("from nbflow.jupyter.kernel.verbs.forms import make_form")
    kernel.ok("form = make_form(get_ipython().magics_manager.registry['nbflow.jupyter.kernel.magics'].session, print)")
    fields = "[type(row.children[0]).__name__ for row in form.children[:6]]"
    assert kernel.value(fields) == "['IntSlider', 'FloatSlider', 'Checkbox', 'Dropdown', 'DatePicker', 'Text']"
    kernel.ok("form.children[0].children[0].value = 9")
    kernel.ok("%%step counted\ncounted = count")
    assert kernel.value("counted") == "9"
    kernel.ok("del form, make_form")  # they know the session, which nobody wants in a checkpoint


def test_a_checkpoint_by_hand_brings_everything_back(kernel: Kernel) -> None:
    kernel.ok("by_hand = {'a': [1]}\nalias = by_hand['a']")
    assert "stored as before_lunch" in kernel.ok("%flow checkpoint before_lunch").text
    kernel.ok("by_hand['a'].append(2)\ndel alias")
    kernel.ok("%flow restore before_lunch")
    assert kernel.value("by_hand, alias is by_hand['a']") == "({'a': [1]}, True)"
    kernel.ok("%flow undo")
    assert kernel.value("by_hand") == "{'a': [1, 2]}"


def test_loading_the_extension_twice_changes_nothing(kernel: Kernel) -> None:
    assert kernel.ok("%load_ext nbflow").text.startswith("The nbflow extension is already loaded.")
    kernel.ok("%%step twice\ntwice = 2")


def test_the_extension_can_be_reloaded(kernel: Kernel) -> None:
    assert kernel.ok("%reload_ext nbflow").text == ""
    kernel.ok("%%step afterwards\nafterwards = 1")
    assert "afterwards · from run" in kernel.ok("%%step afterwards\nafterwards = 1").text
    assert "restore" in kernel.ok("%flow").text


def test_what_jupyterlab_says_was_deleted_is_no_part_of_the_flow(tmp_path: Path) -> None:
    cells = ("SCALE = 2", "%%step load\nrows = [1, 2]", "%%step clean\nrows = [2]", "%%step count\nprint(len(rows))")
    kernel = Kernel(tmp_path, write(tmp_path / "n.ipynb", *cells))
    try:
        for source, cell_id in zip(cells, "abcd", strict=True):
            kernel.ok(source, cell_id)
        assert kernel.read(kernel.send(cells[3], "d", deleted=["c"])).text.splitlines()[-1] == "2"
        failed = kernel.read(kernel.send("%%step last\nprint(SCALE)", "e", deleted=["a"]))
        assert "nothing above provides 'SCALE'" in failed.error
    finally:
        kernel.stop()


def test_flow_is_left_alone_when_it_is_taken(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path, extension=False)
    try:
        kernel.ok("from IPython.core.magic import register_line_magic")
        kernel.ok("@register_line_magic\ndef flow(line): return 'theirs'")
        assert "write %nbflow instead" in kernel.ok("%load_ext nbflow").text
        assert kernel.ok("%flow").value == "'theirs'"
        assert "restore" in kernel.ok("%nbflow").text
        kernel.ok("%unload_ext nbflow")
        assert "not found" in kernel.run("%%step one\nx = 1").text
        assert kernel.ok("%flow").value == "'theirs'"
    finally:
        kernel.stop()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("logs run_once", "ran\n"),
        ("runs", "ran"),
        ("status", "run_once"),
        ("verify", "every stored object is intact"),
        ("gc --dry-run", "would delete 0 runs"),
        ("dump run_once", "once"),
        ("card run_once", "run_once · run "),
        ("check", "console · "),
        ("show --mermaid", "graph LR"),
        ("notebook", "notebook: unknown"),
    ],
)
def test_the_verbs_of_a_shell_work_in_the_notebook(kernel: Kernel, line: str, words: str) -> None:
    kernel.ok("%%step run_once\nprint('ran')\nonce = [1, 2]\nonce")
    assert words in kernel.ok(f"%flow {line}").text


def test_display_needs_no_import_in_a_step(kernel: Kernel) -> None:
    assert [data["text/plain"] for data in kernel.ok("%%step plainly\ndisplay(5)\nplainly = 1").displayed] == ["5"]


TEXT = """\
# %%
# %%step load
rows = [1, 2]

# %%
# %%step count
number = len(rows)
"""


@pytest.mark.parametrize(
    ("text", "told"), [(TEXT, "films.py · 2 steps: load, count"), ("import sys\n", "console · 0 steps")]
)
def test_a_kernel_of_a_text_notebook_belongs_to_it_and_one_of_a_script_to_none(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "films.py"
    path.write_text(text)
    kernel = Kernel(tmp_path, path)
    try:
        assert told in kernel.ok("%flow").text
    finally:
        kernel.stop()


def test_what_a_child_process_prints_is_shown_again_from_the_store(kernel: Kernel) -> None:
    step = "%%step shout\nimport os\nos.system('echo four; sleep 0.3')\nshouted = 1"
    kernel.ok(step)
    assert "four" in kernel.ok(step).text


def test_a_step_awaits_in_the_kernel_and_leaves_its_loop_alone(kernel: Kernel) -> None:
    kernel.ok("import asyncio\nasync def later(x):\n    await asyncio.sleep(0)\n    return x")
    kernel.ok("%%step awaiting\nawaited = await later(1)")
    kernel.ok("%%step running\nran = asyncio.run(later(2))")
    assert kernel.value("(awaited, ran, await later(3))") == "(1, 2, 3)"


def test_leaving_and_asking_in_a_step_fail_it_and_the_kernel_lives(kernel: Kernel) -> None:
    assert kernel.run("%%step leaving\nexit()").error_name == "StepExited"
    assert kernel.run("%%step asking\nname = input()").error_name == "StdinRefused"
    assert kernel.value("1 + 1") == "2"
    assert "ZMQExitAutocall" in kernel.value("type(exit).__name__")


@pytest.fixture
def without_collector(kernel: Kernel) -> Iterator[None]:
    kernel.ok("import gc, weakref\nclass Large:\n    others = ()\ngc.collect()\ngc.disable()")
    yield
    kernel.ok("gc.enable()")


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("cell", ["del large", "large = 1", "%%step over\nlarge = 1", "%%step over\ndel large"])
def test_what_a_step_made_is_gone_with_its_name(kernel: Kernel, cell: str) -> None:
    kernel.ok("%%step makes_large\nlarge = Large()")
    kernel.ok("held = weakref.ref(large)")
    kernel.ok(cell)
    assert kernel.value("held()") == ""


@pytest.mark.usefixtures("without_collector")
def test_the_error_of_a_step_holds_nothing(kernel: Kernel) -> None:
    kernel.ok("%%step makes_another\nanother = Large()")
    assert kernel.run("%%step divides\nsame = another\n1 / 0").error_name == "ZeroDivisionError"
    kernel.ok("held = weakref.ref(same)\ndel another, same")
    assert kernel.value("held()") == ""
