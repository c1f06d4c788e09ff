from __future__ import annotations

import pytest

from nbflow.flow.checks.rules import check_flow
from tests.flow.reading import graph_of, problems_of

PARAMS = "%%parameters\ntop_k = 3\n---\n"
FOREACH = "%%step f --foreach i in range(3)\nx = i\n---\n"
FILM = "class Film:\n    count = 0\n    def __init__(self):\n        Film.count += 1"

# wrong, its one message, the same made right
BRANCHES = (
    "%%step start\nself.next(self.a, self.b)\n---\n%%step a\nself.x = 1\nself.next(self.c)\n---\n"
    "%%step b\nself.x = 2\nself.next(self.c)\n---\n"
)

RULES = [
    (
        "%%step a --foreach i in [1, 2]\ny = i\n---\n%%step j --join a\nz = [t.y for t in a]",
        "cell 2, line 2: step 'j' reads 'a', the step that it joins; needed in step 'j'. "
        "Read inputs, the tasks of 'a' in order",
        "%%step a --foreach i in [1, 2]\ny = i\n---\n%%step j --join a\nz = [t.y for t in inputs]",
    ),
    (
        "%%step a\nx = 1\n---\n%%step b\ny = a.x",
        "cell 2, line 2: 'a' is a step, not a value; needed in step 'b'. Read what it makes by name, such as x",
        "%%step a\nx = 1\n---\n%%step b\ny = x",
    ),
    (
        "%%step load\nx = 1\n---\n%%step train --after laod\ny = 1",
        "cell 2, line 1: step 'train' comes after 'laod', but no cell defines 'laod' (did you mean 'load'?). "
        "Correct the name, or add that step",
        "%%step load\nx = 1\n---\n%%step train --after load\ny = 1",
    ),
    (
        FOREACH + "%%step j --join g\ny = inputs.x",
        "cell 2, line 1: step 'j' joins 'g', but no cell defines 'g'. Correct the name, or add that step",
        FOREACH + "%%step j --join f\ny = inputs.x",
    ),
    (
        "%%step a\ny = x\n---\n%%step b\nx = 1",
        "cell 1, line 2: only step 'b' below writes 'x'; needed in step 'a'. Move cell 2 above cell 1",
        "%%step b\nx = 1\n---\n%%step a\ny = x",
    ),
    (
        "%%step a\nmovies = 1\n---\n%%step b\n\ny = moveis",
        "cell 2, line 3: nothing above provides 'moveis' (did you mean 'movies'?); needed in step 'b'. "
        "Assign 'moveis' in a step above, define it in an ordinary cell, or make it a parameter",
        "%%step a\nmovies = 1\n---\n%%step b\n\ny = movies",
    ),
    (
        "%%step a\n_x = 1\n---\n%%step b\ny = _x",
        "cell 2, line 2: step 'a' keeps '_x' to itself; needed in step 'b'. "
        "Rename it, for example to x: a name that starts with _ stays in its step",
        "%%step a\nx = 1\n---\n%%step b\ny = x",
    ),
    (
        "%%step a\nx = 1\n---\n%%step b\nprint(x)\ndel x\n---\n%%step c\ny = x",
        "cell 3, line 2: step 'b' deletes 'x' in cell 2; needed in step 'c'. "
        "Read 'x' before it is deleted, give it a new value in between, or remove the deletion",
        "%%step a\nx = 1\n---\n%%step b\nprint(x)\ndel x\nx = 2\n---\n%%step c\ny = x",
    ),
    (
        "N = 1\n---\n%%step b\ndel N\n---\n%%step c\ny = N",
        "cell 3, line 2: step 'b' deletes 'N' in cell 2; needed in step 'c'. "
        "Read 'N' before it is deleted, give it a new value in between, or remove the deletion",
        "N = 1\n---\n%%step c\ny = N\n---\n%%step b\ndel N",
    ),
    (
        PARAMS + "%%step a\nfor top_k in range(3): pass\n---\n%%step b\nx = top_k",
        "cell 2, line 2: step 'a' assigns 'top_k', which is a parameter (cell 1). "
        "Write to another name, such as my_top_k",
        PARAMS + "%%step a\nfor top_k in range(3): pass\n---\n%%step b\nx = 1",
    ),
    (
        "%%step a --after b\nx = 1\n---\n%%step b\ny = x",
        "cell 1, line 1: step 'a' waits for 'b', which itself waits for 'a': a cycle. "
        "Remove one of the two; --while repeats a step",
        "%%step a\nx = 1\n---\n%%step b --after a\ny = x",
    ),
    (
        "%%step a --after b\nx = 1\n---\n%%step b\ny = 1",
        "cell 1, line 1: step 'a' waits for 'b', which is below it in cell 2. Move the cell of 'b' above cell 1",
        "%%step b\ny = 1\n---\n%%step a --after b\nx = 1",
    ),
    (
        "%%step a\nx = 1\n---\n%%step b --join a\ny = inputs.x",
        "cell 2, line 1: step 'b' joins 'a', which is not inside a foreach. "
        "Read the names of 'a' directly, or give it --foreach VAR in EXPR",
        "%%step a --foreach i in range(2)\nx = 1\n---\n%%step b --join a\ny = inputs.x",
    ),
    (
        "%%step a\nx = inputs[0].y",
        "cell 1, line 2: step 'a' uses 'inputs', but joins nothing. "
        "Write --join STEP in its header, or read inputs.STEP.name of a step above",
        "%%step b\ny = 1\n---\n%%step a\nx = inputs.b.y",
    ),
    (
        "import m\n---\n# loads\ndf = m.load()\n---\n%%step a\nx = df",
        "cell 2 `df = m.load()`, line 2: this computes 'df' outside of any step; needed in step 'a'. "
        "Write  %%step load_df  on top of cell 2",
        "import m\n---\n%%shared\ndf = m.load()\n---\n%%step a\nx = df",
    ),
    (
        "df = input()\n---\ndef f(): return df\n---\n%%step a\n\nx = f()",
        "cell 1 `df = input()`, line 1: this computes 'df' outside of any step; needed in step 'a' (through 'f'). "
        "Write  %%step df  on top of cell 1",
        "def f(): return df\n---\n%%step load\ndf = 1\n---\n%%step a\n\nx = f()",
    ),
    (
        "N = 1\n---\n%%step b\nif q: del N\n---\n%%step c\ny = N\n---\nq = 1",
        "cell 3, line 2: step 'b' may delete 'N' in cell 2; needed in step 'c'. "
        "Read 'N' before it is deleted, give it a new value in between, or remove the deletion",
        "N = 1\n---\n%%step c\ny = N",
    ),
    (
        "results = []\n---\n" + FOREACH.replace("x = i", "results.append(i)") + "%%step r\ny = results",
        "cell 2, line 2: step 'f' runs once per item and changes 'results', which cell 1 defines; "
        "'r' cannot see the change. Bind the result of each item to another name, and collect it in a step "
        "with --join f",
        "results = []\n---\n%%step r\nresults.append(1)\n---\n%%step s\ny = results",
    ),
    (
        PARAMS + "def f(): global top_k; top_k = 1",
        "cell 2 `def f(): global top_k; top_k = 1`, line 1: 'f' changes 'top_k', which is a parameter (cell 1). "
        "Write to another name, such as my_top_k",
        PARAMS + "def f(): return top_k",
    ),
    (
        "%%step a\nself.x = 1\ndf = 2\n---\n%%step b\ny = df",
        "cell 1, line 3: step 'a' uses self and also assigns 'df', which step 'b' reads. "
        "Write self.df in 'a', or rename its local 'df'",
        "%%step a\nself.df = 2\n---\n%%step b\ny = df",
    ),
    (
        "%%step a\ndf = 2\n---\n%%step b\nself.y = df",
        "cell 2, line 2: step 'b' uses self, so its plain 'df' is not the artifact of that name. Write self.df",
        "%%step a\ndf = 2\n---\n%%step b\nself.y = self.df",
    ),
    (
        "%%step a\nx = 1\nfrom nowhere import *",
        "cell 1, line 3: step 'a' imports * of a module that cannot be imported, so its names are unknown. "
        "Import the names you use",
        "%%step a\nx = 1\nfrom os import path",
    ),
    (
        "%%step inputs\nx = 1",
        "cell 1, line 1: 'inputs' has another meaning inside steps and cannot be the name of a step. "
        "Rename it, for example to inputs_step",
        "%%step input_files\nx = 1",
    ),
    (
        "%%step a\ndisplay = 1",
        "cell 1, line 2: step 'a' assigns 'display', which has another meaning inside steps. "
        "Rename it, for example to my_display",
        "%%step a\nshown = 1",
    ),
    (
        "%%step a\nx = 1\n---\n%%step a\ny = 1",
        "cell 2, line 1: step 'a' is already defined in cell 1. Rename one of them",
        "%%step a\nx = 1\n---\n%%step b\ny = 1",
    ),
    (
        PARAMS + "%%step a\nx = 1\ntop_k = 4",
        "cell 2, line 3: step 'a' assigns 'top_k', which is a parameter (cell 1). "
        "Write to another name, such as my_top_k",
        PARAMS + "%%step a\nx = 1\nk = top_k",
    ),
    (
        PARAMS + "top_k = 5",
        "cell 2 `top_k = 5`, line 1: this defines 'top_k', which is a parameter (cell 1). "
        "Use another name, such as my_top_k",
        PARAMS + "limit = top_k",
    ),
    (
        PARAMS + "%%parameters\ntop_k = 4",
        "cell 2, line 2: parameter 'top_k' is also defined in cell 1. Keep one of them",
        PARAMS + "%%parameters\nlow_k = 4",
    ),
    (
        "%%step a\nx = 1\n---\n%%step b\nx = 2\n---\n%%step c --after a\ny = x",
        "cell 2, line 2: steps 'a' and 'b' both write 'x' in parallel; below, 'b' wins. "
        "Rename one of them, or read the other as inputs.a.x",
        "%%step a\nx = 1\n---\n%%step b\nx = 2\n---\n%%step c\ny = x, inputs.a.x",
    ),
    (
        FOREACH + "%%step g --foreach j in range(3)\nz = j\n---\n%%step h\nw = x, z",
        "cell 3, line 1: step 'h' reads 'x' and 'z', which belong to two unrelated foreach steps. "
        "Join 'f' or 'g' first, in a step between",
        FOREACH + "%%step g --foreach j in range(x)\nz = j\n---\n%%step h\nw = x, z",
    ),
    (
        FOREACH + "%%step j --join f\ny = x",
        "cell 2, line 2: step 'j' joins 'f' and reads 'x', which has one value per item. "
        "Read inputs.x, the list over all items",
        FOREACH + "%%step j --join f\ny = inputs.x",
    ),
    (
        "%%step a --while again\nx = 1",
        "cell 1, line 1: step 'a' repeats while 'again', but does not assign 'again'. "
        "Assign 'again' in its body; true repeats the step",
        "%%step a --while again\nx = 1\nagain = False",
    ),
    (
        "%%step g\ncfg = [1]\n---\n%%step a --foreach cfg in cfg\nx = 1",
        "cell 2, line 1: the foreach variable 'cfg' of step 'a' is also read by its expression. Rename the variable",
        "%%step g\ngrid = [1]\n---\n%%step a --foreach cfg in grid\nx = 1",
    ),
    (
        PARAMS + "%%step a --foreach top_k in range(3)\nx = 1",
        "cell 2, line 1: step 'a' assigns 'top_k', which is a parameter (cell 1). "
        "Write to another name, such as my_top_k",
        PARAMS + "%%step a --foreach k in range(top_k)\nx = 1",
    ),
    (
        PARAMS + "%%step a --else top_k\nx = 1",
        "cell 2, line 1: step 'a' says --else top_k, but no step above it says --if top_k. "
        "Put a step with --if top_k above it, or write --if instead",
        PARAMS + "%%step b --if top_k\nx = 2\n---\n%%step a --else top_k\nx = 1",
    ),
    (
        "FULL = True\n---\n%%step a --if FULL\nx = 1",
        "cell 2, line 1: step 'a' is guarded by 'FULL', which is not an artifact or a parameter. "
        "Make 'FULL' a parameter, or assign it in a step above",
        "%%parameters\nFULL = True\n---\n%%step a --if FULL\nx = 1",
    ),
    (
        "%%step a\nself.next(self.bb)\n---\n%%step b\nx = 1",
        "cell 1, line 2: step 'a' goes on to 'bb', but no cell defines 'bb' (did you mean 'b'?). "
        "Correct self.next(…), or add that step",
        "%%step a\nself.next(self.b)\n---\n%%step b\nx = 1",
    ),
    (
        "%%step a\nx = 1\n---\n%%step b\nself.next(self.a)",
        "cell 2, line 2: step 'b' goes on to 'a', which is not below it: a cycle. "
        "Name a step below; --while repeats a step",
        "%%step b\nself.next(self.a)\n---\n%%step a\nx = 1",
    ),
    (
        "%%step a\nx = 1\n---\n%%step c\ny = 1\n---\n%%step b\nz = inputs.a.x + inputs.d.x",
        "cell 3, line 2: step 'b' reads inputs.d, but no step 'd' is above it. "
        "Write inputs.STEP.name with a step above, or --join STEP in the header",
        "%%step a\nx = 1\n---\n%%step c\ny = 1\n---\n%%step b\nz = inputs.a.x + inputs.c.y",
    ),
    (
        BRANCHES + "%%step c\nself.z = [one.x for one in inputs]",
        "cell 4, line 2: step 'c' uses inputs as a whole, but joins no foreach. "
        "Name the branches: [inputs.a, inputs.b]",
        BRANCHES + "%%step c\nself.z = [one.x for one in [inputs.a, inputs.b]]",
    ),
    (
        "X = [1]\n---\nX.append(open('a').read())\n---\n%%step a\ny = X",
        "cell 2 `X.append(open('a').read())`, line 1: this changes 'X' outside of any step; needed in step 'a'. "
        "Write  %%step load_x  on top of cell 2",
        "X = [1]\n---\n%%step a\ny = X\n---\nX.append(open('a').read())",
    ),
    (
        "N = 1\n---\ndef f(): return N\n---\nN = len(input())\n---\n%%step a\ny = f()",
        "cell 3 `N = len(input())`, line 1: this computes 'N' outside of any step; needed in step 'a'. "
        "Write  %%step n  on top of cell 3",
        "N = 1\n---\ndef f(): return N\n---\nN = len(input())\n---\nN = 2\n---\n%%step a\ny = f()",
    ),
    (
        "%%step a\nx = [1]\n---\nx.append(2)\n---\n%%step b\ny = x",
        "cell 2 `x.append(2)`, line 1: this changes 'x' outside of any step; step 'b' gets it as step 'a' made it. "
        "Write  %%step x_append  on top of cell 2, or use another name here",
        "%%step a\nx = [1]\n---\nlen(x)\n---\n%%step b\ny = x\n---\nx.append(2)",
    ),
    (
        "L = []\ndef f(): L.append(1)\n---\n%%step a\nf()\n---\ninput(L).append(2)\n---\n%%step b\ny = L",
        "cell 3 `input(L).append(2)`, line 1: this changes 'L' outside of any step; step 'b' gets it as step 'a' "
        "made it. Write  %%step append  on top of cell 3, or use another name here",
        "L = []\ndef f(): L.append(1)\n---\nL.append(2)\n---\n%%step a\nf()\n---\n%%step b\ny = L",
    ),
    (
        "L = []\ndef f(): L.append(1)\n---\n%%step a\nf()\n---\nN = len(L)\n---\n%%step b\ny = N",
        "cell 3 `N = len(L)`, line 1: this reads 'L', which step 'a' changes; the steps below would not see that. "
        "Write  %%step n  on top of cell 3",
        "L = []\ndef f(): L.append(1)\n---\nN = len(L)\n---\n%%step a\nf()\n---\n%%step b\ny = N",
    ),
    (
        f"{FILM}\n---\n%%step a\nfilms = [Film(), Film()]\n---\nprint(Film.count)",
        "cell 3 `print(Film.count)`, line 1: this uses 'Film', which step 'a' changes; the steps below would not see "
        "that. Write  %%step show  on top of cell 3",
        f"{FILM}\n---\n%%step a\nfilms = [Film(), Film()]\n---\n%%step show\nprint(Film.count)",
    ),
    (
        "import os\n---\nos.environ['TOKEN'] = input()\n---\n%%step a\ny = 1",
        "cell 2 `os.environ['TOKEN'] = input()`, line 1: this changes the process, and the worker processes of "
        "a flow cannot repeat it. Use only literals and what ordinary cells define, or write it in the steps that need "
        "it",
        "import os\n---\nos.environ['TOKEN'] = 'a'\n---\n%%step a\ny = 1",
    ),
    (
        "def f(): return helpr()\ndef helper(): ...",
        "cell 1 `def f(): return helpr()`, line 1: 'f' reads 'helpr', but no cell defines it (did you mean 'helper'?). "
        "Define 'helpr'",
        "def f(): return helper()\ndef helper(): ...",
    ),
]


@pytest.mark.parametrize(("wrong", "message", "right"), RULES)
def test_each_rule_tells_what_is_wrong_and_what_to_do(wrong: str, message: str, right: str) -> None:
    assert problems_of(wrong) == [f"nb.ipynb · {message}"]
    assert problems_of(right) == []


WARNINGS = {"changed-outside", "parallel-writes", "setting-outside", "undefined"}


@pytest.mark.parametrize("wrong", [wrong for wrong, _, _ in RULES])
def test_only_what_still_has_one_meaning_is_a_warning(wrong: str) -> None:
    (problem,) = check_flow(graph_of(wrong))
    assert problem.warning == (problem.rule in WARNINGS)


def test_a_cell_that_cannot_be_read_hides_no_names_from_others() -> None:
    (problem,) = problems_of("%%step a\nx = = 1\n---\n%%step b\ny = x")
    assert "invalid syntax" in problem


@pytest.mark.parametrize(
    "unreadable",
    ["%%step a\nx = = 1", "%%step a\n'''", "%%step a\nx = (" + "(" * 300, "%%step a --lang sql\nSELECT ("],
)
def test_below_a_cell_that_cannot_be_read_other_names_are_still_told(unreadable: str) -> None:
    told = problems_of(f"{unreadable}\n---\n%%step b\nprint(a, other)")
    assert [one.split(":")[0] for one in told] == ["nb.ipynb · cell 1, line 2", "nb.ipynb · cell 2, line 2"]
    assert "'other'" in told[1]


def test_a_star_import_in_the_prelude_may_bring_any_name() -> None:
    assert problems_of("from numpy import *\n---\n%%step a\nx = linspace(0, 1)") == []


def test_problems_stand_in_the_order_of_the_document() -> None:
    text = "%%step a\nx = p\n---\n%%step b --bgg\n---\n%%step c --after zz\n---\n%%step d --while w\ny = 1"
    assert [problem.place.cell for problem in check_flow(graph_of(text)) if problem.place] == [1, 2, 3, 4]


def test_a_step_that_reads_its_own_name_first_is_not_told_that_it_meant_that_name() -> None:
    problems = check_flow(graph_of("%%step count --while again\ntotal = total + 1\nagain = total < 3"))
    assert [problem.message for problem in problems] == ["nothing above provides 'total'"]


PER_ITEM = (
    "%%step items\nxs = [1, 2]\nlog = []\n---\n%%step work --foreach x in xs\ny = x\nlog.append(x)\n---\n"
    "%%step gather --join work\nys = inputs.y{}\n---\n%%step report\nprint(ys, {})"
)


def test_a_name_that_each_item_has_changed_is_told_below_the_join() -> None:
    assert problems_of(PER_ITEM.format("", "log")) == [
        "nb.ipynb · cell 4, line 2: step 'report' runs once per item of 'work', because each has changed its own "
        "'log'. Read inputs.log in 'gather', and pass on from there what this step needs"
    ]
    assert problems_of(PER_ITEM.format("\nlogs = inputs.log", "logs")) == []
    assert problems_of(PER_ITEM.format("", "1")) == []
