"""What is on `self`: visible below, carried by reference, stored anew when changed, kept when a step fails."""

from __future__ import annotations

import pytest

from tests.script import shapes
from tests.script.running import Ran, Scripts


def sha(ran: Ran, step: str, name: str) -> str:
    return ran.run[step].task[name].sha


def test_an_artifact_that_is_only_read_is_the_same_object_below(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        @step
        def start(self):
            self.data = list(range(1000))
            self.next(self.middle)

        @step
        def middle(self):
            self.total = sum(self.data)
            self.next(self.end)

        @step
        def end(self):
            self.again = self.data
        """
    )
    row = ran.run["middle"].task._row
    assert [one.name for one in ran.run.flow._store.history.artifacts(row.id)] == ["total"]
    assert sha(ran, "end", "data") == sha(ran, "start", "data")
    assert sha(ran, "end", "again") == sha(ran, "start", "data")
    assert ran.data.total == 499500


def test_an_artifact_changed_in_place_is_new_from_there_on(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        @step
        def start(self):
            self.items = [1]
            self.next(self.middle)

        @step
        def middle(self):
            self.items.append(2)
            self.next(self.end)

        @step
        def end(self):
            pass
        """
    )
    assert ran.value("start", "items") == [1]
    assert ran.value("middle", "items") == [1, 2]
    assert ran.data.items == [1, 2]


def test_an_item_is_one_of_the_list_as_the_list_is_now(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        @step
        def start(self):
            shared = []
            self.grid = [{"lr": 1, "log": shared}, {"lr": 2, "log": shared}]
            self.next(self.fit, foreach="grid")

        @step
        def fit(self):
            self.input["log"].append(self.index)
            self.is_same = self.input is self.grid[self.index], self.grid[0]["log"] is self.grid[1]["log"]
            self.next(self.look)

        @step
        def look(self):
            self.seen = [one["log"] for one in self.grid]
            self.grid = [{"lr": 100 * one["lr"]} for one in self.grid]
            self.next(self.again)

        @step
        def again(self):
            self.last = self.input
            self.next(self.join)

        @step
        def join(self, inputs):
            self.all = [(one.is_same, one.seen, one.last, one.input) for one in inputs]
            self.next(self.end)

        @step
        def end(self):
            pass
        """
    )
    assert ran.run["join"].task.data.all == [
        ((True, True), [[0], [0]], {"lr": 100}, {"lr": 100}),
        ((True, True), [[1], [1]], {"lr": 200}, {"lr": 200}),
    ]


def test_a_read_only_array_is_writable_below_and_no_part_of_its_frame(scripts: Scripts) -> None:
    """So it is after Metaflow's pickle; in plain Python, which a notebook is compared with, it stays read-only."""
    ran = scripts.run(
        """
        @step
        def start(self):
            import numpy as np
            import pandas as pd
            self.frame = pd.DataFrame({"a": [1, 2, 3]})
            self.column = self.frame["a"].to_numpy()
            self.column.flags.writeable = False
            self.part = self.column[1:]
            self.raw = np.frombuffer(b"ab", "u1")
            self.next(self.end)

        @step
        def end(self):
            self.column[0] = self.part[0] = self.raw[0] = 9
            self.seen = [one.tolist() for one in (self.column, self.part, self.raw, self.frame["a"].to_numpy())]
        """
    )
    assert ran.data.seen == [[9, 2, 3], [9, 3], [9, 98], [1, 2, 3]]


def test_names_that_share_an_object_share_it_below(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        @step
        def start(self):
            self.a = []
            self.b = {"a": self.a}
            self.next(self.end)

        @step
        def end(self):
            self.b["a"].append(1)
            self.same = self.a is self.b["a"]
        """
    )
    assert (ran.data.same, ran.data.a) == (True, [1])


def test_what_was_set_before_a_failure_is_kept(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        def fail(self):
            raise ValueError("broken")

        @step
        def start(self):
            self.before = "kept"
            self.fail()
            self.next(self.end)

        @step
        def end(self):
            pass
        """
    )
    assert not ran.succeeded
    assert ran.error == "ValueError: broken"
    assert ran.value("start", "before") == "kept"
    assert "in fail" in ran.run["start"].task.exception.traceback


@pytest.mark.parametrize("name", ["alpha", "size"])
def test_parameters_and_class_constants_cannot_be_set(scripts: Scripts, name: str) -> None:
    ran = scripts.run(
        f"""
        alpha = Parameter("alpha", default=1)
        size = 3

        @step
        def start(self):
            self.{name} = 2
            self.next(self.end)

        @step
        def end(self):
            pass
        """
    )
    assert ran.error.startswith("AttributeError: Flow level attributes and Parameters are not modifiable")


def test_a_deleted_artifact_is_as_the_step_before_has_left_it(scripts: Scripts) -> None:
    body = "self.trail = None; del self.trail; self.own = 1; del self.own; self.seen = self.trail, hasattr(self, 'own')"
    ran = scripts.run(shapes.LINEAR.replace('self.trail = self.trail + ["middle"]', body))
    assert ran.value("middle", "seen") == (["start"], False)


def test_constants_are_visible_to_readers(scripts: Scripts) -> None:
    ran = scripts.run("size = 3\n" + shapes.LINEAR)
    assert (ran.data.size, ran.data.trail) == (3, ["start", "middle", "end"])


@pytest.mark.parametrize("value", ["(i for i in range(3))", "open('/dev/null')", "[__import__('socket').socket()]"])
def test_an_artifact_that_cannot_be_stored_fails_the_task_by_name(scripts: Scripts, value: str) -> None:
    ran = scripts.run(
        f"""
        @step
        def start(self):
            self.good = 1
            self.gen = {value}
            self.next(self.end)

        @step
        def end(self):
            pass
        """
    )
    assert not ran.succeeded
    assert 'Cannot pickle dump artifact named "gen"' in ran.error


@pytest.mark.parametrize("what", ["self", "inputs[0]", "inputs"])
def test_a_flow_cannot_be_an_artifact(scripts: Scripts, what: str) -> None:
    ran = scripts.run(shapes.FOREACH.replace("self.seen = (self.index, self.input)", f"self.seen = {what}"))
    assert ran.failed == ["join"]
    assert "cannot be" in ran.error or "cannot be stored" in ran.error


def test_functions_and_classes_of_the_script_keep_their_identity(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        class Point:
            def __init__(self, x):
                self.x = x

        class F(FlowSpec):
            @step
            def start(self):
                self.point = Point(3)
                self.double = lambda x: 2 * x
                self.next(self.end)

            @step
            def end(self):
                self.same = isinstance(self.point, Point), type(self.point) is Point
                self.six = self.double(self.point.x)
        """
    )
    assert (ran.data.same, ran.data.six) == ((True, True), 6)


def test_a_name_that_was_never_set_says_so(scripts: Scripts) -> None:
    ran = scripts.run(shapes.LINEAR.replace('self.trail + ["middle"]', "self.trial"))
    assert ran.error == ("AttributeError: Flow F has no attribute 'trial': no step before 'middle' has set self.trial")


def test_hidden_names_are_artifacts_that_readers_do_not_list(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        @step
        def start(self):
            self._secret = 5
            self.next(self.end)

        @step
        def end(self):
            self.open = self._secret + 1
        """
    )
    assert (ran.data.open, "_secret" in ran.data) == (6, False)


def test_branches_do_not_see_each_other(scripts: Scripts) -> None:
    ran = scripts.run(
        shapes.BRANCH.replace('self.x = "a"', 'self.x = "a"; self.other = hasattr(self, "y")').replace(
            'self.x = "b"', 'self.x = "b"; self.y = 1'
        )
    )
    assert ran.value("a", "other") is False


# joins


def test_a_join_sees_nothing_from_before_the_split(scripts: Scripts) -> None:
    ran = scripts.run(shapes.BRANCH.replace('self.merge_artifacts(inputs, exclude=["x"])', "self.kept = self.kept"))
    assert ran.failed == ["join"]
    assert "in a join, read it from the inputs (inputs[0].kept)" in ran.error


def merging(call: str, before: str = "pass") -> str:
    return shapes.BRANCH.replace('self.merge_artifacts(inputs, exclude=["x"])', f"{before}; {call}")


@pytest.mark.parametrize(
    ("call", "before"),
    [
        ("self.merge_artifacts(inputs, exclude=['x'])", "pass"),
        ("self.merge_artifacts(inputs)", "self.x = 'mine'"),
        ("self.merge_artifacts(inputs, include=['kept'])", "pass"),
    ],
)
def test_merge_artifacts_takes_what_the_inputs_agree_on(scripts: Scripts, call: str, before: str) -> None:
    ran = scripts.run(merging(call, before))
    assert ran.error == ""
    assert ran.data.kept == 1
    assert sha(ran, "end", "kept") == sha(ran, "start", "kept")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("self.merge_artifacts(inputs)", "UnhandledInMergeArtifactsException: the inputs disagree about x"),
        ("self.merge_artifacts(inputs, include=['kept', 'z'])", "MissingInMergeArtifactsException: no input has z"),
        ("self.merge_artifacts(inputs, include=['x'], exclude=['y'])", "MetaflowException: merge_artifacts takes"),
    ],
)
def test_merge_artifacts_refuses_by_name_and_merges_nothing(scripts: Scripts, call: str, error: str) -> None:
    ran = scripts.run(merging(call))
    assert ran.error.startswith(error)
    assert "kept" not in ran.run["join"].task


def test_merge_artifacts_outside_of_a_join_is_refused(scripts: Scripts) -> None:
    ran = scripts.run(shapes.LINEAR.replace('self.trail = self.trail + ["middle"]', "self.merge_artifacts([])"))
    assert ran.error.startswith("MetaflowException: merge_artifacts works in a join only")


def test_a_name_of_one_branch_only_is_merged(scripts: Scripts) -> None:
    body = merging("self.merge_artifacts(inputs, exclude=['x'])")
    ran = scripts.run(body.replace('self.x = "a"', 'self.x = "a"; self.only = 7'))
    assert ran.data.only == 7


def test_reading_an_artifact_makes_no_conflict(scripts: Scripts) -> None:
    body = shapes.BRANCH.replace('self.x = "a"', 'self.x = "a"; self.kept')
    assert scripts.run(body).data.kept == 1


def test_writing_to_an_input_is_lost(scripts: Scripts) -> None:
    ran = scripts.run(shapes.FOREACH.replace("self.seen =", "inputs[0].y = 0; self.first = inputs[0].y; self.seen ="))
    assert (ran.data.first, ran.value("after", "y")) == (0, "pp")


def test_a_step_leaves_nothing_behind_for_the_next(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        seen = []

        @step
        def start(self):
            import os
            self.seen.append(1)
            os.environ["FS_LEFT"] = "x"
            os.mkdir("inner")
            os.chdir("inner")
            self.next(self.end)

        @step
        def end(self):
            import os
            self.found = list(self.seen), os.environ.get("FS_LEFT"), os.path.basename(os.getcwd())
        """,
        max_workers=1,
    )
    assert ran.data.found == ([], None, scripts.folder.name)


def test_what_a_join_does_not_hand_on_is_said_to_be_lost_there(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        @step
        def start(self):
            self.x, self.items = 5, [1, 2]
            self.next(self.each, foreach="items")

        @step
        def each(self):
            self.next(self.collect)

        @step
        def collect(self, inputs):
            self.next(self.end)

        @step
        def end(self):
            print(self.x)
        """
    )
    fix = "call self.merge_artifacts(inputs) there, or set self.x from the inputs"
    assert ran.error.endswith(f"it was lost at the join 'collect', which does not hand it on: {fix}")


def test_a_script_with_a_byte_order_mark_runs_as_with_python_itself(scripts: Scripts) -> None:
    path = scripts.write("""
        @step
        def start(self):
            self.x = "é"
    """)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    done = scripts.command(path, "run")
    assert done.returncode == 0, done.stderr
