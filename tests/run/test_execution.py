"""What a run does with worker processes that one cannot see in lists of events."""

from __future__ import annotations

import threading

import pytest

from nbflow.errors import FlowRefused
from nbflow.run.events.events import FailureKind, Outcome, TaskFailed, TaskReused
from tests.flows import CRASHING, FOREACH, LOST, SWITCH, Shape
from tests.run.driving import task
from tests.run.running import Place, Ran


def flow(*cells: str, name: str = "flow") -> Shape:
    return Shape(name, "\n---\n".join(cells), {})


def failures(ran: Ran) -> dict[str, TaskFailed]:
    return {str(event.task): event for event in ran.events if isinstance(event, TaskFailed)}


def test_text_displays_and_the_last_value_are_captured_in_order(place: Place) -> None:
    ran = place.run(
        flow(
            """%%step talk
import sys, os
print("one")
print("two", file=sys.stderr)
display({"a": 1})
print("three")
os.system("echo four")
[1, 2]"""
        )
    )
    outputs = ran.results[task("talk")].outputs
    assert [(o.get("name"), o.get("text"), o.get("data", {}).get("text/plain")) for o in outputs] == [
        ("stdout", "one\n", None),
        ("stderr", "two\n", None),
        (None, None, "{'a': 1}"),
        ("stdout", "three\nfour\n", None),
        (None, None, "[1, 2]"),
    ]
    assert outputs[-1]["output_type"] == "execute_result"


def test_a_foreach_over_what_has_no_items_names_its_header(place: Place) -> None:
    cells = "# here\n%%step number --foreach k in 3\nz = k", "%%step own --foreach k in Odd()\nz2 = k"
    odd = "class Odd:\n    def __iter__(self):\n        return 1 + None"
    (_, number), (_, own) = sorted(failures(place.run(flow(odd, *cells))).items())
    assert number.failure.type == "ForeachNotIterable"
    assert number.failure.message == (
        "flow.ipynb · cell 2, line 2: --foreach k in 3 has no items ('int' object is not iterable). "
        "Write an expression that gives them, such as a list or range(3)"
    )
    assert (own.failure.type, "return 1 + None" in (own.failure.traceback or "")) == ("TypeError", True)


def test_a_semicolon_hides_the_last_value(place: Place) -> None:
    ran = place.run(flow("%%step quiet\nx = 1\nx;"))
    assert ran.results[task("quiet")].outputs == []


def test_figures_left_open_are_displayed_and_do_not_reach_the_next_task(place: Place) -> None:
    ran = place.run(
        flow(
            "import matplotlib.pyplot as plt",
            "%%step draw\nplt.plot([1, 2])",
            "%%step count\nopen_figures = len(plt.get_fignums())",
        ),
        slots=1,
    )
    pictures = [output for output in ran.results[task("draw")].outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 1
    assert ran.value("count.open_figures") == 0


def test_ipythons_own_display_is_captured_too(place: Place) -> None:
    ran = place.run(flow("from IPython.display import HTML, display", "%%step show\ndisplay(HTML('<b>hi</b>'))"))
    assert ran.results[task("show")].outputs[0]["data"]["text/html"] == "<b>hi</b>"


def test_a_traceback_is_in_the_coordinates_of_the_notebook(place: Place) -> None:
    ran = place.run(flow("def half(x):\n    return 10 / x", "%%step work\n# a comment\ny = half(0)"))
    failure = failures(ran)["work"].failure
    assert failure.type == "ZeroDivisionError"
    assert [frame.where for frame in failure.frames] == [
        "flow.ipynb · step work · cell 2, line 3",
        "flow.ipynb · cell 1, line 2",
    ]
    assert [frame.source for frame in failure.frames] == ["y = half(0)", "return 10 / x"]
    assert "nbflow" not in failure.traceback.replace("flow.ipynb", "")


def test_a_step_that_reads_standard_input_is_told_to_use_a_parameter(place: Place) -> None:
    ran = place.run(flow("%%step ask\nname = input('who? ')"))
    assert failures(ran)["ask"].failure.message == (
        "a step cannot read standard input: make the value a parameter in the %%parameters cell"
    )


def test_leaving_with_sys_exit_is_a_failure_of_that_task_only(place: Place) -> None:
    ran = place.run(flow("%%step leave\nimport sys\nsys.exit(3)", "%%step other\nx = 1"))
    assert failures(ran)["leave"].failure.type == "StepExited"
    assert [frame.source for frame in failures(ran)["leave"].failure.frames] == ["sys.exit(3)"]
    assert ran.value("other.x") == 1


def test_what_a_crashing_task_had_printed_is_kept_and_its_end_described(place: Place) -> None:
    ran = place.run(CRASHING)
    assert ran.text("work[1]") == "about to segfault\n"
    ends = {address: event.failure.message for address, event in failures(ran).items()}
    assert ends == {
        "work[1]": "its process died: it was killed by SIGSEGV (segmentation fault in compiled code)",
        "work[2]": "its process died: it exited with code 3",
        "work[3]": "its process died: it exited with code 0 in the middle of the step",
        "work[4]": "its process died: it was killed by SIGKILL (out of memory?)",
    }


def test_a_task_over_its_timeout_is_killed_and_its_siblings_are_not(place: Place) -> None:
    ran = place.run(
        flow("%%step wait --foreach s in [0, 60, 0] --timeout 1s\nimport time\ntime.sleep(s)\ndone = s"), slots=3
    )
    assert {a: e.failure.kind for a, e in failures(ran).items()} == {"wait[1]": FailureKind.TIMEOUT}
    assert (ran.value("wait[0].done"), ran.value("wait[2].done")) == (0, 0)


def test_a_task_is_tried_again_in_a_fresh_namespace(place: Place) -> None:
    body = """%%step flaky --retry 2
from pathlib import Path
tries = len(list(Path('.').glob('tried*'))) + 1
Path(f'tried{tries}').touch()
if tries < 3:
    raise OSError('not yet')"""
    ran = place.run(flow(body))
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.value("flaky.tries") == 3
    assert [event.attempt for event in ran.events if isinstance(event, TaskFailed)] == [0, 1]


def test_a_seed_makes_random_numbers_repeat_and_items_differ(place: Place) -> None:
    shape = flow(
        "import random",
        "import numpy as np",
        "%%step one --seed 7\nx = (random.random(), float(np.random.rand()))",
        "%%step many --foreach i in range(2) --seed 7\ny = random.random()",
    )
    first, second = place.run(shape), place.run(shape)
    assert first.value("one.x") == second.value("one.x")
    assert first.value("many[1].y") == second.value("many[1].y") != first.value("many[0].y")


def test_without_a_seed_workers_do_not_share_their_random_state(place: Place) -> None:
    ran = place.run(flow("import numpy as np", "%%step many --foreach i in range(4)\ny = float(np.random.rand())"))
    assert len({ran.value(f"many[{i}].y") for i in range(4)}) == 4


def test_no_task_sees_what_another_did_to_the_prelude(place: Place) -> None:
    shape = flow(
        "class Counter:\n    count = 0", "%%step work --foreach i in range(3)\nCounter.count += 1\nseen = Counter.count"
    )
    ran = place.run(shape, slots=1)
    assert [ran.value(f"work[{i}].seen") for i in range(3)] == [1, 1, 1]


def test_a_shared_cell_runs_once_per_worker(place: Place) -> None:
    shape = flow(
        "%%shared\nfrom pathlib import Path\nwith open('shared.txt', 'a') as file:\n    file.write('x')\nready = True",
        "%%step work --foreach i in range(4)\nseen = ready",
    )
    ran = place.run(shape, slots=1)
    assert ran.value("work[3].seen") is True
    assert (place.folder / "shared.txt").read_text() == "x"


def test_steps_run_in_the_folder_of_the_notebook_and_import_its_modules(place: Place) -> None:
    (place.folder / "helpers.py").write_text("def double(x):\n    return 2 * x\n")
    shape = flow("from helpers import double", "%%step work\nimport os\nhere = os.getcwd()\ny = double(4)")
    ran = place.run(shape)
    assert (ran.value("work.here"), ran.value("work.y")) == (str(place.folder), 8)


# reuse


def test_adding_an_item_costs_one_task(place: Place) -> None:
    place.run(FOREACH)
    longer = Shape("foreach", FOREACH.text.replace("[1, 2, 3, 4]", "[0, 1, 2, 3, 4]"), {})
    assert place.run(longer, reuse=True).executed == ["best", "fit[0]", "grid"]


def test_a_changed_parameter_runs_only_what_reads_it(place: Place) -> None:
    shape = flow("%%parameters\na: int = 1\nb: int = 1", "%%step one\nx = a", "%%step two\ny = b")
    place.run(shape)
    assert place.run(shape, reuse=True, parameters={"b": 2}).executed == ["two"]


def test_a_parameter_of_the_foreach_expression_alone_does_not_concern_the_items(place: Place) -> None:
    shape = flow("%%parameters\ntop: int = 2", "%%step work --foreach n in [5, 6, 7][:top]\ny = n", name="top")
    place.run(shape)
    assert place.run(shape, reuse=True, parameters={"top": 3}).executed == ["work[2]"]


def test_a_changed_helper_runs_only_its_readers_and_layout_counts_for_nothing(place: Place) -> None:
    def cells(helper: str) -> Shape:
        return flow(
            helper,
            "def via(x):\n    return helper(x)",
            "%%step one\nx = via(1)",
            "%%step two\ny = 2",
            "%%step three\nz = x + y",
        )

    place.run(cells("def helper(x):\n    return x"))
    assert place.run(cells("def helper(x):\n\n    # why\n    return (x)"), reuse=True).executed == []
    assert place.run(cells("def helper(x):\n    return x + 0"), reuse=True).executed == ["one"]
    assert place.run(cells("def helper(x):\n    return x + 1"), reuse=True).executed == ["one", "three"]


def test_a_worker_has_the_environment_of_the_run_not_of_the_first_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = flow("%%step look\nimport os\nseen = os.environ.get('NBFLOW_TEST')")
    assert place.run(shape).value("look.seen") is None
    monkeypatch.setenv("NBFLOW_TEST", "here")
    assert place.run(shape).value("look.seen") == "here"


def test_a_changed_local_module_runs_its_readers(place: Place) -> None:
    (place.folder / "helpers.py").write_text("N = 1\n")
    shape = flow("from helpers import N", "%%step one\nx = N", "%%step two\ny = 2")
    place.run(shape)
    (place.folder / "helpers.py").write_text("N = 5\n")
    again = place.run(shape, reuse=True)
    assert (again.executed, again.value("one.x")) == (["one"], 5)


def test_a_changed_module_that_is_imported_by_a_constant_runs_its_readers(place: Place) -> None:
    (place.folder / "helpers.py").write_text("N = 1\n")
    imports = "import importlib\nNAME = 'helpers'\nmodule = importlib.import_module(NAME)"
    shape = flow(imports, "%%step one\nx = module.N")
    place.run(shape)
    assert place.run(shape, reuse=True).executed == []
    (place.folder / "helpers.py").write_text("N = 5\n")
    assert place.run(shape, reuse=True).value("one.x") == 5


def test_a_watched_file_is_part_of_the_key(place: Place) -> None:
    (place.folder / "data.txt").write_text("1")
    shape = flow("%%step read --watch *.txt\nwith open('data.txt') as file:\n    text = file.read()")
    place.run(shape)
    assert place.run(shape, reuse=True).executed == []
    (place.folder / "data.txt").write_text("2")
    assert place.run(shape, reuse=True).value("read.text") == "2"


def test_cache_off_always_runs_and_pin_never_by_itself(place: Place) -> None:
    def cells(n: int) -> Shape:
        return flow(f"%%step off --cache off\nx = 1  # {n}", f"%%step pin --cache pin\ny = {n}")

    place.run(cells(1))
    again = place.run(cells(2), reuse=True)
    assert (again.executed, again.value("pin.y")) == (["off"], 1)


def test_a_time_to_live_ends(place: Place) -> None:
    def cells(ttl: str) -> Shape:
        return flow(f"%%step old --cache ttl={ttl}\nx = 1")

    place.run(cells("1h"))
    assert place.run(cells("1h"), reuse=True).executed == []
    assert place.run(cells("0.001s"), reuse=True).executed == ["old"]


def test_rerun_of_one_item_runs_that_item_and_what_its_result_changes(place: Place) -> None:
    shape = flow(
        "import time", "%%step work --foreach i in range(3)\nt = time.time()", "%%step end --join work\nts = inputs.t"
    )
    place.run(shape)
    again = place.run(shape, reuse=True, rerun=[("work", (1,))])
    assert again.executed == ["end", "work[1]"]


def test_only_runs_one_step_on_what_is_stored_and_refuses_when_nothing_is(place: Place) -> None:
    shape = flow("%%step a\nx = 1", "%%step b\ny = x + 1", "%%step c\nz = y + 1")
    missing = place.run(shape, only="b")
    assert (missing.finished.outcome, missing.executed) == (Outcome.FAILED, [])
    place.run(shape)
    assert place.run(shape, only="b").executed == ["b"]
    assert place.run(shape, start="b").executed == ["b", "c"]
    assert place.run(shape, to="b").executed == ["a", "b"]


def test_a_reused_task_replays_what_it_displayed(place: Place) -> None:
    shape = flow("%%step talk\nprint('hello')")
    place.run(shape)
    event = next(e for e in place.run(shape, reuse=True).events if isinstance(e, TaskReused))
    assert event.outputs is not None
    assert event.source == "1/1"


# values


def test_an_unpicklable_leaf_is_reported_and_only_reading_it_fails(place: Place) -> None:
    shape = flow(*LOST.cells, "%%step use\nheld = config['lock'].locked()")
    ran = place.run(shape)
    assert [(lost.path, lost.was) for lost in ran.results[task("make")].lost] == [("config['lock']", "_thread.lock")]
    assert ran.value("read.rate") == 3
    assert "lock" in failures(ran)["use"].failure.message


def test_a_task_of_inputs_is_no_artifact(place: Place) -> None:
    shape = flow("%%step work --foreach i in range(2)\ny = i", "%%step keep --join work\nfirst = inputs[0]")
    message = failures(place.run(shape))["keep"].failure.message
    assert message == (
        "a task of `inputs` cannot be an artifact: "
        "store what you need of it, such as `inputs[0].name`, under a name of its own"
    )


def test_a_write_that_only_the_run_can_see_is_remembered_for_the_next_graph(place: Place) -> None:
    shape = flow("def f(box):\n    box.append(1)", "%%step a\nbox = []", "%%step b\nf(box)", "%%step c\nn = len(box)")
    first = place.run(shape)
    assert first.value("c.n") == 1
    again = place.run(shape)
    assert again.executed == ["a", "b", "c"]
    assert "b" in place.graph(shape, again.store).links["c"].upstream


def test_aliases_hold_across_steps(place: Place) -> None:
    shape = flow("%%step a\nx = [1]\ny = {'x': x}", "%%step b\nz = y['x']", "%%step c\nsame = (y['x'] is x, z is x)")
    assert place.run(shape).value("c.same") == (True, True)


def test_what_was_bound_before_a_failure_is_kept(place: Place) -> None:
    ran = place.run(flow("%%step a\nx = 5\ny = 1 / 0"))
    assert ran.value("a.x") == 5


# the whole


def test_two_runs_of_one_flow_at_the_same_time_do_not_disturb_each_other(place: Place) -> None:
    results: list[Ran] = []
    threads = [threading.Thread(target=lambda: results.append(place.run(FOREACH))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ran.finished.row.number for ran in results) == [1, 2]
    assert [ran.value("best.scores") for ran in results] == [[1, 4, 9, 16]] * 2


def test_a_flow_with_errors_is_refused_before_anything_runs(place: Place) -> None:
    with pytest.raises(FlowRefused, match="nowhere"):
        place.run(flow("%%step a\nx = 1", "%%step b\ny = nowhere"))
    assert not [one for one in (place.folder / ".nbflow").glob("blobs/**/*") if one.is_file()]


def test_a_skipped_step_is_not_looked_at_again(place: Place) -> None:
    place.run(SWITCH)
    assert place.run(SWITCH, reuse=True).executed == []


def test_of_several_steps_of_a_chain_that_write_a_name_a_join_sees_the_last(place: Place) -> None:
    ran = place.run(
        flow(
            "%%step work --foreach i in range(2)\nx = i",
            "%%step after\nx = x + 10",
            "%%step before\nx = x + 100",
            "%%step end --join work\nxs = inputs.x\nys = [task.x for task in inputs]",
        )
    )
    assert (ran.value("end.xs"), ran.value("end.ys")) == ([110, 111], [110, 111])


def test_a_branch_that_is_read_by_its_name_inside_a_foreach_is_that_of_the_same_item(place: Place) -> None:
    ran = place.run(
        flow(
            "%%step start\nx = 'start'",
            "%%step work --foreach i in range(3)\nk = i",
            "%%step left\nx = k * 10",
            "%%step right\nx = k * 100",
            "%%step both\npair = (inputs.left.x, inputs.right.x, inputs.start.x)",
            "%%step end --join work\npairs = inputs.pair",
        )
    )
    assert ran.value("end.pairs") == [(0, 0, "start"), (10, 100, "start"), (20, 200, "start")]


def test_a_step_that_reads_what_could_not_be_stored_is_refused_before_it_runs(place: Place) -> None:
    ran = place.run(flow("%%step make\nitems = (i for i in range(3))", "%%step use\nprint('begun')\nn = sum(items)"))
    failure = failures(ran)["use"].failure
    assert (failure.type, failure.kind) == ("InputLost", FailureKind.ERROR)
    assert failure.message.startswith("step 'use' reads 'items', a generator that step 'make' made and that cannot")
    assert "put 'make' and 'use' into one cell" in failure.message
    assert ran.text("use") == ""
