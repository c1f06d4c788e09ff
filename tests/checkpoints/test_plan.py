"""A plan is made of facts alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbflow.checkpoints.ledger import Owned
from nbflow.checkpoints.point import Checkpoint, HeldName
from nbflow.checkpoints.restore_plan import Redefinition, describe_plan, plan_restore
from nbflow.errors import UnknownName
from nbflow.flow.source.cell import Place
from nbflow.flow.syntax.definition import Definition
from nbflow.store.values.artifact_ref import ArtifactRef, Component, Lost, Summary

BIG = "b" * 32 + "-500000000"


def artifact(name: str, component: str, index: int = 0, lost: tuple[Lost, ...] = ()) -> ArtifactRef:
    return ArtifactRef(name, component, index, 100, Summary("list", f"<{name}>"), lost)


def held(name: str, component: str, index: int = 0, task: int = 1, lost: tuple[Lost, ...] = ()) -> HeldName:
    return HeldName(artifact(name, component, index, lost), task, "7/load")


def checkpoint(*held: HeldName, components: tuple[Component, ...] = ()) -> Checkpoint:
    made = {one.artifact.component: Component(one.artifact.component, b"x" * 100, size=100) for one in held}
    made |= {one.digest: one for one in components}
    return Checkpoint("films", 7, "7/load", 1, {one.artifact.name: one for one in held}, made)


def owned(one: HeldName, intact: bool = True, **facts: object) -> Owned:
    return replace(Owned(one.artifact, one.task, intact), **facts)  # type: ignore[arg-type]


X, Y = held("x", "c1"), held("y", "c2")


def test_a_fresh_kernel_gets_everything() -> None:
    plan = plan_restore({}, {}, checkpoint(X, Y))
    assert (plan.added, plan.changed, plan.removed, plan.kept) == (("x", "y"), (), (), ())
    assert plan.bind == {"x": "x", "y": "y"}
    assert (plan.map_bytes, plan.unpickle_bytes) == (0, 200)


def test_names_of_the_user_are_changed_where_the_checkpoint_has_them_and_never_removed() -> None:
    plan = plan_restore({}, {"x": 0, "mine": 0}, checkpoint(X, Y))
    assert (plan.added, plan.changed, plan.removed) == (("y",), ("x",), ())


def test_names_that_nbflow_bound_and_the_checkpoint_lacks_are_removed() -> None:
    later = held("later", "c9", task=5)
    plan = plan_restore({"later": owned(later)}, {"later": 0}, checkpoint(X))
    assert plan.removed == ("later",)


def test_a_name_that_the_prelude_defines_there_is_not_removed_after_it_was_defined() -> None:
    definition = Definition("f = 1", Place("n.ipynb", 1), "constant", frozenset({"f"}))
    plan = plan_restore({"f": owned(held("f", "c9"))}, {"f": 0}, checkpoint(X), prelude=Redefinition((definition,)))
    assert plan.removed == ()


def test_names_that_were_only_stored_by_hand_are_not_removed() -> None:
    mine = held("mine", "c9", task=5)
    plan = plan_restore({"mine": owned(mine, ours=False)}, {"mine": 0}, checkpoint(X))
    assert plan.removed == ()


def test_what_is_there_unchanged_is_kept_and_not_loaded() -> None:
    plan = plan_restore({"x": owned(X), "y": owned(Y, intact=False)}, {"x": 0, "y": 0}, checkpoint(X, Y))
    assert (plan.kept, plan.changed, plan.bind) == (("x",), ("y",), {"y": "y"})
    assert plan.unpickle_bytes == 100


def test_names_that_share_objects_are_kept_together_or_not_at_all() -> None:
    a, b = held("a", "c1", 0), held("b", "c1", 1)
    plan = plan_restore({"a": owned(a), "b": owned(b, intact=False)}, {"a": 0, "b": 0}, checkpoint(a, b))
    assert plan.kept == ()


def test_a_component_that_refers_to_another_counts_as_sharing() -> None:
    referring = Component("c2", b"", members=("y",), size=10, refs=("c1:0",))
    plan = plan_restore({"x": owned(X)}, {"x": 0}, checkpoint(X, Y, components=(referring,)))
    assert plan.kept == ()


def test_nothing_is_kept_when_a_class_is_defined_anew() -> None:
    definition = Definition("class P: ...", Place("n.ipynb", 1), "class", frozenset({"P"}))
    plan = plan_restore({"x": owned(X)}, {"x": 0}, checkpoint(X), prelude=Redefinition((definition,)))
    assert (plan.kept, plan.prelude.names) == ((), ("P",))


def test_an_import_that_is_done_again_does_not_keep_anything_from_being_kept() -> None:
    definition = Definition("import re", Place("n.ipynb", 1), "import", frozenset({"re"}))
    plan = plan_restore({"x": owned(X)}, {"x": 0}, checkpoint(X), prelude=Redefinition((definition,)))
    assert plan.kept == ("x",)


LOCK = Lost("cfg['lock']", "_thread.lock", "a lock belongs to this process")


def test_a_live_handle_of_that_very_task_stays_and_is_said_not_to_be_rewound() -> None:
    cfg = held("cfg", "c1", lost=(LOCK,))
    plan = plan_restore({"cfg": owned(cfg, intact=False)}, {"cfg": 0}, checkpoint(cfg))
    assert (plan.attached, plan.lost) == (("cfg",), ())
    assert plan.notes == ("not rewound: cfg['lock'] (_thread.lock) is a live handle and stays as it is now",)


@pytest.mark.parametrize("task", [None, 2], ids=["not there", "of another task"])
def test_a_handle_that_is_not_that_very_one_is_lost_and_the_step_that_makes_it_is_named(task: int | None) -> None:
    cfg = held("cfg", "c1", lost=(LOCK,))
    live = {"cfg": owned(replace(cfg, task=task))} if task else {}
    plan = plan_restore(live, {"cfg": 0}, checkpoint(cfg))
    assert (plan.attached, plan.lost) == ((), (LOCK,))
    assert plan.notes == (
        "not restored: cfg['lock'] was a _thread.lock (a lock belongs to this process); "
        "run the cell of 7/load with --cache off to get one",
    )


def test_other_names_of_an_object_that_is_replaced_are_told() -> None:
    plan = plan_restore({"x": owned(X, intact=False, aliases=("Out[1]",))}, {"x": 0}, checkpoint(X))
    assert plan.notes == ("Out[1] keeps the present value of 'x': it is not part of the checkpoint",)


def test_single_names_are_bound_alone() -> None:
    later = held("later", "c9", task=5)
    plan = plan_restore({"later": owned(later)}, {"later": 0}, checkpoint(X, Y), ["y"])
    assert (plan.bind, plan.removed, plan.whole) == ({"y": "y"}, (), False)


def test_a_single_name_may_be_bound_to_another() -> None:
    plan = plan_restore({"x": owned(X)}, {"x": 0}, checkpoint(X), ["x"], "old_x")
    assert (plan.bind, plan.added, plan.kept) == ({"x": "old_x"}, ("old_x",), ())


def test_a_name_that_the_checkpoint_lacks_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="no artifact 'modle': did you mean 'model'"):
        plan_restore({}, {}, checkpoint(held("model", "c1")), ["modle"])


def test_parameters_are_bound_where_they_are_missing_and_told_where_they_differ() -> None:
    there = replace(checkpoint(X), parameters={"alpha": 0.2, "beta": 1})
    plan = plan_restore({}, {"alpha": 0.1}, there)
    assert plan.parameters == {"beta": 1}
    assert plan.notes == ("parameter alpha was 0.2 in the checkpoint; it keeps its present value",)


def test_buffers_are_mapped_and_pickles_are_read() -> None:
    component = Component("c1", b"x" * 40, (BIG,), 500_000_040)
    plan = plan_restore({}, {}, checkpoint(X, components=(component,)))
    assert (plan.map_bytes, plan.unpickle_bytes) == (500_000_000, 40)


def test_a_plan_reads_as_a_list_of_changes() -> None:
    later = held("later", "c9", task=5)
    plan = plan_restore({"later": owned(later), "x": owned(X)}, {"later": 0, "x": 0}, checkpoint(X, Y))
    assert describe_plan(plan) == [
        "7/load:",
        "  added    y = <y>",
        "  removed  later",
        "  kept     x",
        "  0 bytes to map, 100 to unpickle",
    ]
