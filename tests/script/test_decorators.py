"""What may stand above a step, and what it does."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

import nbflow
from nbflow.errors import FlowRefused, InvalidDecorator
from nbflow.script.language.attaching import attach
from nbflow.script.language.decorators import step
from nbflow.script.language.refused import DECORATORS
from nbflow.script.language.step_facts import facts_of
from tests.script import shapes
from tests.script.running import Scripts


def decorated(decorator: str, statement: str, shape: str = shapes.LINEAR) -> str:
    body = shape.replace('self.trail = self.trail + ["middle"]', statement)
    return body.replace("@step\ndef middle", f"{decorator}\n@step\ndef middle")


FLAKY = """
    self.x = current.retry_count
    self.leaked = hasattr(self, "half")
    self.half = 1
    if current.retry_count < 2:
        raise ValueError(f"attempt {current.retry_count}")
"""


def test_retry_runs_the_step_again_without_what_the_attempt_left(scripts: Scripts) -> None:
    ran = scripts.run(decorated("@retry(times=2, minutes_between_retries=0)", FLAKY))
    assert (ran.data.x, ran.data.leaked) == (2, False)
    assert ran.run["middle"].task.current_attempt == 2


def test_retry_waits_between_attempts(scripts: Scripts) -> None:
    began = time.monotonic()
    ran = scripts.run(decorated("@retry(times=2, minutes_between_retries=0.005)", FLAKY))
    assert ran.succeeded
    assert time.monotonic() - began > 0.6


def test_a_step_that_fails_in_every_attempt_fails(scripts: Scripts) -> None:
    ran = scripts.run(decorated("@retry(times=1, minutes_between_retries=0)", FLAKY))
    assert ran.error == "ValueError: attempt 1"


def test_with_puts_a_decorator_above_every_step(scripts: Scripts) -> None:
    ran = scripts.run(decorated("", FLAKY), decorators=("retry:times=2,minutes_between_retries=0",))
    assert ran.data.x == 2


def test_catch_makes_the_failure_an_artifact(scripts: Scripts) -> None:
    ran = scripts.run(decorated("@catch(var='failure')", "self.before = 1; raise KeyError('lost')"))
    assert ran.succeeded
    assert ran.data.before == 1
    assert ran.data.failure.type == "builtins.KeyError"
    assert ran.data.failure.exception == "'lost'"
    assert "KeyError" in ran.data.failure.stacktrace
    assert ran.run["middle"].task.exception is None


def test_catch_holds_an_error_without_a_text(scripts: Scripts) -> None:
    body = "type('Mute', (Exception,), {'__str__': lambda self: 1 / 0})"
    ran = scripts.run(decorated("@catch(var='failure')", f"raise {body}()"))
    assert "Mute, whose text cannot be had: ZeroDivisionError" in ran.data.failure.exception


def test_catch_after_the_last_retry_only(scripts: Scripts) -> None:
    ran = scripts.run(decorated("@catch(var='failure')\n@retry(times=2, minutes_between_retries=0)", FLAKY))
    assert (ran.data.failure, ran.data.x) == (None, 2)


def test_catch_without_a_failure_stores_none(scripts: Scripts) -> None:
    assert scripts.run(decorated("@catch(var='failure')", "pass")).data.failure is None


@pytest.mark.parametrize("death", ["os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_catch_catches_the_death_of_the_process(scripts: Scripts, death: str) -> None:
    ran = scripts.run(decorated("@catch(var='failure')", f"import os; {death}"))
    assert ran.succeeded
    assert ran.data.failure.type == "nbflow.errors.FailureHandledByCatch"
    assert "its process died" in ran.data.failure.exception


def test_a_process_that_dies_fails_its_task(scripts: Scripts) -> None:
    ran = scripts.run(decorated("", "import os; os.kill(os.getpid(), 9)"))
    assert ran.failed == ["middle"]
    assert "SIGKILL" in ran.error


def test_timeout_raises_in_the_step(scripts: Scripts) -> None:
    ran = scripts.run(decorated("@timeout(seconds=0.2)", "import time; self.before = 1; time.sleep(30)"))
    assert ran.error == "TimeoutException: Step middle timed out after 0.2 seconds"
    assert ran.value("middle", "before") == 1


def test_a_timeout_can_be_caught(scripts: Scripts) -> None:
    ran = scripts.run(decorated("@catch(var='failure')\n@timeout(seconds=0.2)", "import time; time.sleep(30)"))
    assert ran.data.failure.type == "nbflow.errors.TimeoutException"


def test_environment_and_secrets_hold_for_their_step_only(scripts: Scripts) -> None:
    secret = "{'type': 'inline', 'options': {'env_vars': {'FS_B': 'b'}}}"
    body = decorated(
        f"@environment(vars={{'FS_A': 'a'}})\n@secrets(sources=[{secret}])",
        "import os; self.trail = [os.environ['FS_A'], os.environ['FS_B']]",
    ).replace('self.trail + ["end"]', '(self.trail, __import__("os").environ.get("FS_A"))')
    assert scripts.run(body).data.trail == (["a", "b"], None)


def test_resources_limit_how_many_run_at_once(scripts: Scripts) -> None:
    body = shapes.FOREACH.replace("@step\ndef work", "@resources(cpu=2, memory=10)\n@step\ndef work").replace(
        "self.x = (self.index, self.input, self.foreach_stack())",
        "import time; self.began = time.monotonic(); time.sleep(0.05); self.x = (self.began, time.monotonic())",
    )
    ran = scripts.run(body)
    spans = sorted(x for x, _, _ in ran.data.trail)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_project_says_where_a_run_belongs(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        @project(name="movies")
        class F(FlowSpec):
            @step
            def start(self):
                self.facts = current.project_name, current.branch_name, current.is_production
                self.next(self.end)

            @step
            def end(self):
                pass
        """
    )
    assert ran.data.facts == ("movies", "user.tester", False)
    assert {"project:movies", "project_branch:user.tester"} <= ran.run.tags


@pytest.mark.parametrize("name", sorted(DECORATORS))
def test_a_decorator_that_nbflow_has_not_is_refused_with_its_line(scripts: Scripts, name: str) -> None:
    body = f"@{name}(image=5)\n    @step\n    def start(self): pass\n"
    text = f"from nbflow import {name}\n\nclass F(FlowSpec):\n    {body}"
    with pytest.raises(FlowRefused, match=rf"line 8: step 'start' has @{name}, which is not part of nbflow: .+\. .+"):
        scripts.run(text)
    with pytest.raises(InvalidDecorator, match=f"@{name} is not part of nbflow: .+"):
        getattr(nbflow, name)(_method())


def test_a_decorator_that_nbflow_has_not_is_refused_above_a_flow_and_can_be_taken_away(scripts: Scripts) -> None:
    text = """
    from nbflow import FlowMutator, batch, schedule

    class Local(FlowMutator):
        def pre_mutate(self, flow):
            for name in {taken}:
                flow.remove_decorator(name)
                flow.start.remove_decorator(name)

    @Local
    @schedule
    class F(FlowSpec):
        @batch
        @step
        def start(self):
            pass
    """
    with pytest.raises(FlowRefused) as refused:
        scripts.run(text.format(taken=[]))
    assert [one.partition(" has ")[2].partition(",")[0] for one in refused.value.problems] == ["@schedule", "@batch"]
    assert scripts.run(text.format(taken=["batch", "schedule"])).succeeded


def _method() -> object:
    def work(self: object) -> None: ...

    return work


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: nbflow.retry(_method()), "must stand above @step"),
        (lambda: nbflow.retry(nbflow.retry(step(_method()))), "has @retry twice"),
        (lambda: nbflow.retry(tims=3)(step(_method())), "takes no 'tims': it takes times, minutes_between_retries"),
        (lambda: nbflow.retry(times=5)(step(_method())), "4 times at most"),
        (lambda: nbflow.timeout(seconds=0)(step(_method())), "needs a time"),
        (lambda: nbflow.secrets(sources=["aws"])(step(_method())), "inline sources only"),
        (lambda: nbflow.project(name="No Good")(nbflow.FlowSpec), "use 1 to 128"),
        (lambda: attach("frobnicate", []), "there is no such decorator"),
        (lambda: attach("batch", []), "is not part of nbflow"),
    ],
)
def test_a_decorator_that_makes_no_sense_is_refused(use: object, message: str) -> None:
    with pytest.raises(InvalidDecorator, match=message):
        use()  # type: ignore[operator]


def test_times_of_a_timeout_add_up() -> None:
    facts = facts_of(nbflow.timeout(seconds=1, minutes=1, hours=1)(step(_method())))
    assert facts is not None
    assert facts.timeout == 3661
