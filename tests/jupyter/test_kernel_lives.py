"""The kernel lives on, whatever a cell does: a flow class that is called there runs beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jupyter.kernels import Kernel

CLASS = """\
import math
from nbflow import FlowSpec, step

def root(x):
    return math.sqrt(x)

class Roots(FlowSpec):
    @step
    def start(self):
        self.x = root(NUMBER)
        self.next(self.end)
    @step
    def end(self):
        print("the root is", self.x)
"""
CALL = 'if __name__ == "__main__":\n    Roots()'


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("classes"))
    yield kernel
    kernel.stop()


def test_a_class_in_a_cell_runs_with_the_newest_definitions_it_needs(kernel: Kernel) -> None:
    kernel.ok("NUMBER = 1")
    kernel.ok(CLASS)
    kernel.ok("NUMBER = 16")
    assert "the root is 4.0" in kernel.ok(CALL).text
    assert kernel.value("from nbflow import Flow; Flow('Roots').latest_run.data.x") == "4.0"


def test_a_run_that_fails_fails_the_cell_and_not_the_kernel(kernel: Kernel) -> None:
    kernel.ok("NUMBER = -1")
    reply = kernel.run(CALL)
    assert "ValueError: math domain error" in reply.text
    assert (reply.error_name, reply.frames) == (
        "FlowFailed",
        "FlowFailed: flow 'Roots' ended with exit code 1: the reason is printed above",
    )
    assert kernel.value("1 + 1") == "2"


def test_what_a_cell_computes_is_not_there_in_another_process(kernel: Kernel) -> None:
    kernel.ok("import os\nNUMBER = os.getpid()")
    reply = kernel.run(CALL)
    assert reply.error_name == "NotDefined"
    assert "flow 'Roots' uses 'NUMBER', which a cell computes" in reply.error


def test_a_script_that_is_run_in_the_kernel_gets_its_words(kernel: Kernel) -> None:
    Path(kernel.folder / "roots.py").write_text("NUMBER = 9\n" + CLASS + CALL + "\n")
    assert "the root is 3.0" in kernel.ok("%run roots.py run").text
    assert "Step start" in kernel.ok("%run roots.py show").text
    assert "the root is 3.0" in kernel.ok("from roots import Roots as Other\nOther()").text


def test_what_a_step_does_to_the_kernel_ends_with_it(kernel: Kernel) -> None:
    kernel.ok("%%step patches\nimport builtins\nbuiltins.len = builtins.print = None\na = 1")
    kernel.ok("%%step closes\nimport sys\nsys.stdout.close()\nb = 1")
    assert kernel.run("%%step leaves\nraise SystemExit(3)").error_name == "StepExited"
    assert kernel.run("%%step ends\nraise ValueError('\\udc80')").error_name == "ValueError"
    assert kernel.ok("print(len('abc'))").text == "3\n"
    refused = kernel.run("%flow report -o /none/x.html")
    assert refused.frames.startswith("TargetUnwritable: /none/x.html cannot be written (No such file or directory)")


def test_a_step_that_deletes_the_store_fails_and_the_next_one_has_a_new_one(kernel: Kernel) -> None:
    reply = kernel.run("%%step deletes\nimport shutil\nshutil.rmtree('.nbflow')")
    assert reply.error_name == "StoreBroken"
    assert "it was deleted during a run" in reply.error
    kernel.ok("%%step after\nc = 1")
    assert kernel.value("c") == "1"
