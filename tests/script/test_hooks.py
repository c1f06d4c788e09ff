"""`@exit_hook`: what it takes, and what happens to a hook that cannot be called."""

from __future__ import annotations

from typing import Any

import pytest

from nbflow import FlowSpec, exit_hook
from nbflow.errors import InvalidDecorator
from tests.script.running import Scripts

HOOKED = """
from nbflow import FlowMutator, exit_hook

def hello():
    print("hello from the hook")

class Adding(FlowMutator):
    def pre_mutate(self, flow):
        flow.add_decorator("exit_hook", deco_kwargs={"on_success": [hello, "nowhere"]})

@Adding
@exit_hook(on_success=["os.path.nothing", hello])
class F(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "calls nothing"),
        ({"on_success": len}, "give it a list of functions"),
        ({"on_error": [1]}, "give it a list of functions"),
        ({"when": []}, "takes no 'when': it takes on_success, on_error, options"),
    ],
)
def test_an_exit_hook_that_makes_no_sense_is_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDecorator, match=reason):
        exit_hook(**given)(type("F", (FlowSpec,), {}))


def test_hooks_are_called_one_after_another_though_one_is_not_there(scripts: Scripts) -> None:
    done = scripts.command(scripts.write(HOOKED), "run")
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stdout.splitlines() if "hook" in line]
    path = f"in {scripts.folder}"
    assert [line.partition(path)[0] for line in said] == [
        "[exit_hook] there is no function 'os.path.nothing' ",
        "[exit_hook] Hook 'os.path.nothing' failed: its process ended with exit code 1",
        "hello from the hook",
        "hello from the hook",
        "[exit_hook] there is no function 'nowhere' ",
        "[exit_hook] Hook 'nowhere' failed: its process ended with exit code 1",
    ]
