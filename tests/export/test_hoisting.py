"""What steps define stands at the top of a script, where all methods share it."""

from __future__ import annotations

import pytest

from nbflow.errors import FlowRefused
from tests.export.test_script import method, script, top, value

STEP = "%%step a\nimport json\n# doubles\ndef f(x): return 2 * x\ny = f(3); import csv"


def test_code_of_steps_goes_to_the_top_with_its_comments_and_values_stay() -> None:
    assert top(STEP, "%%step b\nz = json.dumps(f(y))").endswith(
        "import json\n\nfrom nbflow import FlowSpec, step\n\n\n# doubles\ndef f(x):\n    return 2 * x"
    )
    body = method("a", STEP)
    assert "f(3)" in body
    assert "def f" not in body
    assert value("b.z", STEP, "%%step b\nz = json.dumps(f(y))") == "12"


def test_a_step_that_uses_a_function_and_then_defines_it_anew_is_refused() -> None:
    with pytest.raises(FlowRefused, match="step 'b' uses 'f' and then defines it again"):
        script("def f(): return 1", "%%step b\nx = f()\ndef f(): return 2")


def test_an_import_that_a_step_repeats_is_no_obstacle() -> None:
    cells = ["import math", "%%step a\nx = math.floor(1.5)", "%%step b\nimport math\ny = math.ceil(x + 0.5)"]
    assert value("b.y", *cells) == 2


def test_objects_of_a_class_that_a_step_defines_are_of_one_class_in_all_methods() -> None:
    cells = ["%%step a\nclass P: pass\np = P()", "%%step b\nsame = isinstance(p, P)"]
    assert value("b.same", *cells) is True


def test_a_module_that_a_step_writes_is_imported_where_it_is_used() -> None:
    cells = [
        "%%step a\nwith open('made.py', 'w') as file: print('X = 5', file=file)",
        "%%step b\nimport made\ny = made.X",
    ]
    assert "import made" not in top(*cells)
    assert "import made" in method("b", *cells)
    with pytest.raises(FlowRefused, match="step 'c' uses 'made', a module that a step writes"):
        script(*cells, "%%step c\nz = made.X")
    assert script(*cells, "%%step c\nimport made\nz = made.X")


def test_functions_in_artifacts_look_up_what_the_steps_have() -> None:
    cells = [
        "def note(x): log.append(x)",
        "%%step a\nlog = []\nhooks = [note]",
        "%%step b\nhooks[0](1)\nseen = list(log)",
    ]
    assert value("b.seen", *cells) == [1]
