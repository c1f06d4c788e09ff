"""Whatever a step does to the process of a kernel, the next step, the restore of what it made, and the kernel go on."""

from __future__ import annotations

import json

import pytest

from nbflow.run.output.outputs import LONGEST_ERROR
from tests.jupyter.conftest import kernel as kernel
from tests.jupyter.conftest import own_key as own_key
from tests.jupyter.kernels import Kernel
from tests.run.test_surroundings import LEAKS, LOOK_AT_ALL

FIRST = "%%step first\nseen = look()"
NEXT = "%%step next_one\nnow = look()\nprint('heard')"

STORED = {
    "interrupts": "class A:\n    def __getattribute__(self, _):\n        raise RuntimeError\nx = [1, A()]",
    "nested": "x = []\nfor _ in range(5000):\n    x = [x]",
    "cycle": "x = {}\nx['x'] = x",
    "factorial": "import math\nx = math.factorial(2000)",
    "no load": "class A:\n    def __reduce__(self):\n        return exit, (3,)\nx = A()",
    "no reduction": "class A:\n    def __reduce__(self):\n        return 5\nx = A()",
    "exits": "class A:\n    def __reduce__(self):\n        raise SystemExit(3)\nx = A()",
    "no repr": "class A:\n    def __repr__(self):\n        raise SystemExit(3)\nx = A()",
    "keys": "class A:\n    def __eq__(self, _):\n        raise RuntimeError\n    __hash__ = lambda _: 1\nx = {A(): 1}",
    "no name": "globals().update({5: 6, '': 7, 'a b': 8})\nx = 1",
    "many": "globals().update({f'n{i}': i for i in range(5000)})\nx = 1",
}


def test_no_step_sees_what_the_step_before_did_to_the_kernel(kernel: Kernel) -> None:
    kernel.ok(LOOK_AT_ALL)
    kernel.ok(FIRST)
    seen = json.loads(kernel.ok("import json\nprint(json.dumps(seen))").text)
    for name, body in LEAKS.items():
        kernel.ok(f"%%step leaks\n{body}\ndone = 1")
        assert kernel.ok(f"{NEXT}\nafter = {name!r}").text == "heard\n"
        assert (name, json.loads(kernel.ok("print(json.dumps(now))").text)) == (name, seen)


@pytest.mark.parametrize("name", STORED)
def test_what_a_step_makes_is_restored_or_refused_in_words(name: str, kernel: Kernel) -> None:
    kernel.ok(f"%%step makes\n{STORED[name]}")
    kernel.ok("x = None")
    restored = kernel.run("%flow restore makes")
    said = restored.text + restored.error
    assert 0 < len(said) < 3_000
    assert "Traceback" not in said
    assert restored.status == "ok" or "artifact 'x' cannot be loaded" in said
    assert kernel.value("1 + 1") == "2"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise SystemExit('x' * 10**7)", "StepExited"),
        ("class A:\n    def __repr__(self):\n        raise ValueError\nraise SystemExit(A())", "StepExited"),
        ("raise type('E', (BaseException,), {})('m')", "E"),
        ("raise ValueError('x' * 10**6)", "ValueError"),
        ("raise MemoryError", "MemoryError"),
    ],
)
def test_an_error_fails_its_step_and_is_short(body: str, said: str, kernel: Kernel) -> None:
    failed = kernel.run(f"%%step fails\n{body}")
    assert (failed.status, failed.error_name) == ("error", said)
    assert len(failed.frames) <= LONGEST_ERROR + 100
    assert kernel.ok(f"%%step goes_on\nafter = {body!r}\nprint('heard')").text == "heard\n"
