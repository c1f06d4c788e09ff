"""The transitions of an imported script as the headers of its cells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nbflow.importing.refusals import CannotCarryOver
from tests.importing.drafting import cells

BRANCHES = """
@step
def start(self):
    self.x = 1
    self.next(self.b, self.a)
@step
def a(self):
    {a}
    self.next(self.join)
@step
def b(self):
    {b}
    self.next(self.join)
@step
def join(self, inputs):
    {join}
    self.next(self.end)
@step
def end(self):
    print(self.x)
"""


@pytest.mark.parametrize(
    ("a", "b", "join", "expected"),
    [
        ("self.y = 1", "self.y = 2", "self.x = inputs.a.y", ["x = inputs.a.y"]),
        ("self.y = 1", "self.y = 2", "self.x = [i.y for i in inputs]", ["x = [i.y for i in [inputs.b, inputs.a]]"]),
        ("self.y = 1", "self.y = 2", "self.x = inputs[0].y - inputs[1].y", ["x = inputs.b.y - inputs.a.y"]),
        ("self.y = 1", "self.y = 2", "self.x = inputs.a.x", ["x = inputs.a.x"]),
    ],
)
def test_a_static_join_names_its_branches(tmp_path: Path, a: str, b: str, join: str, expected: list[str]) -> None:
    found = cells(tmp_path, BRANCHES.format(a=a, b=b, join=join))
    assert [cell.splitlines()[1:] for cell in found if cell.startswith("%%step join")] == [expected]


def test_a_branch_hands_on_what_a_join_looks_at_and_reads_what_it_means(tmp_path: Path) -> None:
    found = cells(tmp_path, BRANCHES.format(a="self.x += 1", b="self.z = self.x", join="self.x = inputs.b.x"))
    assert found[1:4] == [
        "%%step a\nx += 1",
        "%%step b\nx = inputs.start.x\nz = x\nx = x  # for the join",
        "%%step join --after a\nx = inputs.b.x",
    ]


SWITCH = """
@step
def start(self):
    self.kind = 2
    self.next({cases}, condition="kind")
@step
def a(self):
    self.x = "a"
    self.next(self.after)
@step
def b(self):
    self.x = "b"
    self.next(self.after)
@step
def c(self):
    self.x = "c"
    self.next(self.end)
@step
def after(self):
    print("after")
    self.next(self.end)
@step
def end(self):
    print(self.x)
"""


@pytest.mark.parametrize(
    ("cases", "headers"),
    [
        (
            "{'a': self.a, 'b b': self.b, 'True': self.c}",
            ["start", "a --if kind == a", "b --if kind == 'b b'", "c --if kind == 'True'",
             "after --after a,b --if start_to_a_or_b", "end --after after"],
        ),
        (
            "{1: self.a, 2: self.b, 3: self.c, 4: self.a}",
            ["start", "a --if start_to_a", "b --if kind == 2", "c --if kind == 3",
             "after --after a,b --if start_to_a_or_b", "end --after after"],
        ),
    ],
)  # fmt: skip
def test_a_switch_guards_the_steps_of_each_way(tmp_path: Path, cases: str, headers: list[str]) -> None:
    found = cells(tmp_path, SWITCH.replace("{cases}", cases))
    assert [cell.partition("\n")[0] for cell in found] == [f"%%step {header}" for header in headers]


def test_a_switch_says_which_way_it_goes_where_no_literal_can(tmp_path: Path) -> None:
    found = cells(tmp_path, SWITCH.replace("{cases}", "{1: self.a, 2: self.b, 3: self.c, 4: self.a}"))
    lines = ["kind = 2", "start_to_a = kind in (1, 4)", "start_to_a_or_b = kind in (1, 2, 4)"]
    assert found[0].splitlines()[1:] == lines


LONGER = SWITCH.replace(
    """    self.x = "c"
    self.next(self.end)
""",
    """    self.x = "c"
    self.next(self.more)
@step
def more(self):
    {line}
    self.next(self.end)
""",
)
CASES = "{1: self.a, 2: self.b, 3: self.c}"


def test_a_step_further_on_the_way_may_set_again_what_was_set_on_it(tmp_path: Path) -> None:
    found = cells(tmp_path, LONGER.replace("{cases}", CASES).replace("{line}", "self.x += 'd'"))
    assert [cell for cell in found if cell.startswith(("%%step c", "%%step more", "%%step end"))] == [
        '%%step c --if kind == 3\nx = "c"',
        "%%step more --if kind == 3\nx += 'd'",
        "%%step end --after after\nprint(x)",
    ]


def test_one_that_may_leave_it_is_no_obstacle_either(tmp_path: Path) -> None:
    script = LONGER.replace("{cases}", CASES).replace("{line}", "if self.kind: self.x = 'd'")
    assert "%%step more --after c --if kind == 3\nif kind: x = 'd'" in cells(tmp_path, script)


SOME = """
@step
def start(self):
    self.xs = [1, 2]
    self.next(self.each, foreach="xs")
@step
def each(self):
    self.odd = self.input == 1
    self.next({True: self.note, False: self.after}, condition="odd")
@step
def note(self):
    self.noted = True
    self.next(self.after)
@step
def after(self):
    print("after")
    self.next(self.join)
@step
def join(self, inputs):
    self.merge_artifacts(inputs, include=["noted"])
    self.next(self.end)
@step
def end(self):
    print(self.noted)
"""


def test_what_only_some_tasks_have_is_asked_for_in_words_that_a_script_knows_too(tmp_path: Path) -> None:
    join = next(cell for cell in cells(tmp_path, SOME) if cell.startswith("%%step join"))
    assert join.splitlines()[1:] == [
        "for _task in inputs:",
        '    if hasattr(_task, "noted"):',
        "        noted = _task.noted",
    ]


LOOP = """
@step
def start(self):
    self.n = 0
    self.next(self.grow)
@step
def grow(self):
    self.n += 1
    self.more = {more}
    self.next({cases}, condition="more")
@step
def end(self):
    print(self.n)
"""


@pytest.mark.parametrize(
    ("more", "cases", "expected"),
    [
        ("self.n < 3", "{True: self.grow, False: self.end}", "%%step grow --while more\nn += 1\nmore = n < 3"),
        (
            "self.n > 3",
            "{False: self.grow, True: self.end}",
            "%%step grow --while grow_again\nn += 1\nmore = n > 3\ngrow_again = more == False",
        ),
        (
            "min(self.n, 3)",
            "{1: self.grow, 2: self.grow, 3: self.end}",
            "%%step grow --while grow_again\nn += 1\nmore = min(n, 3)\ngrow_again = more in (1, 2)",
        ),
    ],
)
def test_a_switch_onto_itself_is_a_loop(tmp_path: Path, more: str, cases: str, expected: str) -> None:
    assert cells(tmp_path, LOOP.replace("{more}", more).replace("{cases}", cases))[1] == expected


FOREACH = """
@step
def start(self):
    self.films = [1, 2]
    self.k = 3
    self.next(self.work, foreach="films")
@step
def work(self):
    {work}
    self.next(self.after)
@step
def after(self):
    {after}
    self.next(self.join)
@step
def join(self, inputs):
    {join}
    self.next(self.end)
@step
def end(self):
    print(1)
"""


@pytest.mark.parametrize(
    ("work", "after", "join", "expected"),
    [
        (
            "self.x = self.input", "self.y = self.input", "self.z = [i.x for i in inputs]",
            ["work --foreach x in films\npass", "after\ny = x", "join --join work\nz = [i.x for i in inputs]"],
        ),
        (
            "f = self.input\n    self.x = f", "print(1)", "self.z = inputs[0].x",
            ["work --foreach f in films\nx = f", "after --in f\nprint(1)",
             "join --join work\nz = inputs[0].x"],
        ),
        (
            "self.x = self.input + 1", "pass", "self.z = [(i.k, i.input, i.index) for i in inputs]",
            ["work --foreach film in films\nx = film + 1", "after --in film,k\nk = k  # for the join",
             "join --join work\nz = [(i.k, i.item, i.path[-1]) for i in inputs]"],
        ),
        (
            "self.x = 1\n    self.input", "self.y = 2", "self.merge_artifacts(inputs, exclude=['y'])",
            ["work --foreach film in films\nx = 1\nfilm", "after --in film\ny = 2",
             "join --join work\nx = inputs[0].x"],
        ),
        (
            "self.x = self.index", "self.y = self.input", "self.z = self.index, self.input",
            ["work --foreach input in films\nself.x = self.index\nself.next(self.after)", "after\ny = input",
             "join --join work\nself.z = None, None\nself.next(self.end)"],
        ),
        (
            "self.x = self.input", "self.y = 1", "self.z = inputs[0].k\n    self.merge_artifacts(inputs, include=['k'])"
            "\n    print(self.k)",
            ["work --foreach x in films\npass", "after --in k,x\ny = 1\nk = k  # for the join",
             "join --join work\nk = inputs[0].k\nz = inputs[0].k\nprint(k)"],
        ),
    ],
)  # fmt: skip
def test_a_foreach_has_an_item_and_a_join(
    tmp_path: Path, work: str, after: str, join: str, expected: list[str]
) -> None:
    found = cells(tmp_path, FOREACH.format(work=work, after=after, join=join))
    assert found[1:-1] == [f"%%step {cell}" for cell in expected]


FOREACH_IN_BRANCH = """
@step
def start(self):
    self.docs = ["a", "b"]
    self.next(self.count, self.fan)
@step
def count(self):
    self.next(self.join)
@step
def fan(self):
    self.next(self.read, foreach="docs")
@step
def read(self):
    self.next(self.one, self.other)
@step
def one(self):
    self.x = self.input
    self.next(self.both)
@step
def other(self):
    self.x = self.input
    self.next(self.both)
@step
def both(self, inputs):
    {both}
    self.y = self.input
    self.next(self.gather)
@step
def gather(self, inputs):
    self.all = [i.y for i in inputs]
    self.next(self.join)
@step
def join(self, inputs):
    self.docs = inputs.count.docs, inputs.gather.all
    self.next(self.end)
@step
def end(self):
    print(self.docs)
"""


def test_the_list_of_a_foreach_is_the_one_before_it_where_another_branch_hands_it_on(tmp_path: Path) -> None:
    found = cells(tmp_path, FOREACH_IN_BRANCH.format(both="pass"))
    assert found[1:4] == [
        "%%step count\ndocs = docs  # for the join",
        "%%step fan\ndocs = inputs.start.docs\ndocs = docs  # for the foreach",
        "%%step read --foreach doc in docs\npass",
    ]


def test_a_list_that_another_branch_hands_on_in_between_is_refused_with_the_reason(tmp_path: Path) -> None:
    text = FOREACH_IN_BRANCH.format(both="pass")
    count, fan = (text[text.index(f"@step\ndef {one}") :].partition("\n@step")[0] for one in ("count", "fan"))
    swapped = text.replace(fan, "").replace(count, f"{fan}\n{count}")
    message = (
        "reads self.docs of start, and in a notebook it would be that of 'count', which is nearer and has to hand it "
    )
    message += "on to the join. Let 'count' set self.count_docs = self.docs, and let the join read that"
    with pytest.raises(CannotCarryOver, match=re.escape(message)):
        cells(tmp_path, swapped)


@pytest.mark.parametrize(
    ("both", "expected"),
    [("pass", "y = None"), ("self.merge_artifacts(inputs, include=['docs'])", "y = doc")],
)
def test_an_item_is_none_behind_a_join_that_has_not_merged_the_list(tmp_path: Path, both: str, expected: str) -> None:
    found = cells(tmp_path, FOREACH_IN_BRANCH.format(both=both))
    assert expected in next(cell for cell in found if cell.startswith("%%step both")).splitlines()


def test_steps_that_are_written_upside_down_come_in_an_order_in_which_they_can_run(tmp_path: Path) -> None:
    body = """
@step
def end(self):
    print(self.x)
@step
def work(self):
    self.x += 1
    self.next(self.end)
@step
def start(self):
    self.x = 1
    self.next(self.work)
"""
    assert [cell.partition("\n")[0] for cell in cells(tmp_path, body)] == ["%%step start", "%%step work", "%%step end"]
