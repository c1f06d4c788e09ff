"""What is offered below the error of a cell, in a real kernel."""

from __future__ import annotations

from typing import Any

from nbflow.jupyter.protocol.repair_messages import REPAIRS
from tests.jupyter.kernels import Kernel, Reply


def offered(reply: Reply) -> list[Any]:
    """The facts of each repair that say something, without how long steps took."""
    shown = [data[REPAIRS]["repairs"] for data in reply.displayed if REPAIRS in data]
    return [
        {name: value for name, value in one.items() if value and name != "seconds"} for found in shown for one in found
    ]


def test_inputs_that_never_ran_can_be_run_first(kernel: Kernel) -> None:
    kernel.ok("%%step source_rows\nsource_rows = [1]", "s1")
    kernel.ok("%%step middle_rows\nmiddle_rows = source_rows + [2]", "s2")
    kernel.run("%%step source_rows\nsource_rows = [1, 1 / 0]", "s1")
    reply = kernel.run("%%step last_rows\nlast_rows = middle_rows", "s3")
    assert reply.error_name == "AncestorsMissing"
    expected = {"kind": "run-first", "target": "middle_rows", "steps": ["source_rows"]}
    assert offered(reply) == [expected]


def test_a_refused_step_offers_what_mends_its_cell(kernel: Kernel) -> None:
    reply = kernel.run("%%step mended --aftr nothing\nx = 1", "m1")
    assert reply.error_name == "FlowRefused"
    assert [(one["kind"], one["text"], one["cell"]) for one in offered(reply)] == [
        ("write-line", "%%step mended --after nothing", "m1")
    ]


def test_a_failed_item_can_be_debugged(kernel: Kernel) -> None:
    kernel.ok("%%step divisors\ndivisors = [1, 0]", "d1")
    reply = kernel.run("%%step shares --foreach one in divisors\nshare = 1 / one", "d2")
    assert offered(reply) == [{"kind": "debug", "target": "shares[1]"}]


def test_other_errors_and_requests_of_a_front_end_offer_nothing(kernel: Kernel) -> None:
    assert offered(kernel.run("1 / 0", "o1")) == []
    assert offered(kernel.run("%%step broken\n1 / 0", "o2")) == []
    assert offered(kernel.run("%nbflow run --only nothing", history=False)) == []
