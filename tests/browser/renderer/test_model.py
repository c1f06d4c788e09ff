"""What is shown of what came over the wire."""

from __future__ import annotations

import pytest

from nbflow.jupyter.protocol.messages import PROTOCOL
from tests.browser.renderer import states
from tests.browser.renderer.stage import Stage

STEPS = [states.step("load", 1), states.step("clean", 2, {"load": ["raw"]})]
LOG = """() => {
    window.log = [];
    const what = ['shape', 'lines', 'runs', 'flow', 'selected', 'shown'].map(name => `${name}Changed`);
    for (const name of [...what, 'rested'])
        stage.model[name].connect((_, told) => log.push(told ? `${name} ${told}` : name));
}"""


@pytest.fixture
def model(stage: Stage) -> Stage:
    done = [states.line(one["name"], "done", done=1, run=7) for one in STEPS]
    facts = {"flow": states.state(STEPS, done, run=states.run_line(7)), "runs": {"runs": [states.run_line(7)]}}
    stage.mount(
        {**facts, "run": {"7": {"run": states.run_line(7), "shape": states.shape(STEPS, "old"), "lines": done}}}
    )
    stage.page.evaluate(LOG)
    return stage


def statuses(stage: Stage) -> list[str]:
    return list(stage.page.evaluate("() => stage.model.shape.steps.map(step => stage.model.line(step.name).status)"))


def log(stage: Stage) -> list[str]:
    return list(stage.page.evaluate("() => log.splice(0)"))


def running(number: int = 8, **facts: object) -> object:
    return states.run_line(number, "running", age=1, took=None, **facts)


def test_a_live_line_wins_over_one_at_rest_while_its_run_goes_on(model: Stage) -> None:
    model.hear(states.snapshot(running(), [states.line("load", "running", running=1, run=8)]))
    assert statuses(model) == ["running", "done"]
    assert log(model) == ["linesChanged load", "runsChanged"]
    model.read({})
    assert statuses(model) == ["running", "done"]


def test_the_end_of_a_run_is_told_once_and_what_is_stored_by_then_wins(model: Stage) -> None:
    model.hear(states.snapshot(running(), [states.line("load", "running", running=1, run=8)]))
    log(model)
    over = states.snapshot(states.run_line(8, age=1, took=1), [states.line("load", "done", done=1, run=8)])
    model.hear(over)
    model.hear(over)
    assert log(model) == ["linesChanged load", "runsChanged", "rested", "runsChanged"]
    stored = [
        states.line("load", "done", done=1, run=8),
        states.line("clean", "stale", reasons=["raw of load changed"]),
    ]
    model.read({"flow": states.state(STEPS, stored, run=states.run_line(8, age=1, took=1))})
    assert statuses(model) == ["done", "stale"]


def test_a_run_of_which_only_the_end_was_heard_is_told_too(model: Stage) -> None:
    model.hear(states.snapshot(states.run_line(8, age=1, took=1), []))
    assert "rested" in log(model)


def test_what_was_read_before_the_end_does_not_undo_what_is_live(model: Stage) -> None:
    over = states.snapshot(states.run_line(8, age=1, took=1), [states.line("load", "failed", failed=1, run=8)])
    model.hear(over)
    model.read({"flow": states.state(STEPS, [states.line("load", "running")], run=running())})
    assert statuses(model)[0] == "failed"


def test_a_run_whose_end_is_stored_is_over_though_its_kernel_never_said_so(model: Stage) -> None:
    model.hear(states.snapshot(running(), [states.line("load", "running", running=1, run=8)]))
    crashed = states.run_line(8, "crashed", age=2, took=1)
    model.read({"flow": states.state(STEPS, [states.line("load", "cancelled")], run=crashed)})
    assert statuses(model) == ["cancelled", "missing"]


def test_the_run_of_a_kernel_session_goes_on_only_while_a_step_of_it_does(model: Stage) -> None:
    session = running(kind="interactive")
    model.hear(states.snapshot(session, [states.line("load", "running", running=1, run=8)]))
    assert model.page.evaluate("() => stage.model.running?.number") == 8
    log(model)
    model.hear(states.snapshot(session, [states.line("load", "done", done=1, run=8)]))
    assert "rested" in log(model)
    assert model.page.evaluate("() => stage.model.running") is None
    edited = [states.line("load", "stale", reasons=["the code of load changed"])]
    model.read({"flow": states.state(STEPS, edited, run=session)})
    assert statuses(model)[0] == "stale"


def test_messages_without_the_graph_use_the_one_that_was_sent_before(stage: Stage) -> None:
    stage.mount(None)
    stage.hear(states.snapshot(running(), [states.line("load", "running")], states.shape(STEPS)))
    stage.hear(states.snapshot(running(), [states.line("load", "done"), states.line("clean", "running")]))
    assert statuses(stage) == ["done", "running"]


def test_an_earlier_run_is_shown_with_its_own_graph_and_live_lines_do_not_reach_it(model: Stage) -> None:
    model.page.evaluate("async () => stage.model.show(await stage.archive.run(7))")
    assert log(model) == ["shapeChanged", "shownChanged"]
    model.hear(states.snapshot(running(), [states.line("load", "running", running=1, run=8)]))
    assert statuses(model) == ["done", "done"]
    model.page.evaluate("() => stage.model.show(null)")
    assert statuses(model) == ["running", "done"]


def test_the_history_has_the_run_that_goes_on_first_whether_stored_or_not(model: Stage) -> None:
    model.hear(states.snapshot(running(done=3), []))
    numbers = "() => stage.model.runs.map(run => [run.number, run.status])"
    assert model.page.evaluate(numbers) == [[8, "running"], [7, "succeeded"]]


def test_a_kernel_that_is_gone_leaves_what_is_stored(model: Stage) -> None:
    model.hear(states.snapshot(running(), [states.line("load", "running", running=1, run=8)]))
    model.page.evaluate("() => stage.model.forgetLive()")
    assert statuses(model) == ["done", "done"]
    assert model.page.evaluate("() => stage.model.running") is None


def test_another_protocol_is_told_and_not_looked_at(model: Stage) -> None:
    model.hear({**states.snapshot(running(), [states.line("load", "failed")]), "protocol": PROTOCOL + 1})
    assert model.page.evaluate("() => stage.model.foreign") == PROTOCOL + 1
    assert statuses(model) == ["done", "done"]


def test_selecting_the_same_again_is_no_change(model: Stage) -> None:
    model.page.evaluate("() => { for (let i = 0; i < 3; i++) stage.model.select({ step: 'load', task: null }); }")
    assert log(model) == ["selectedChanged"]
