"""Every trap, with its data made by one step, by a step per line, and saved by hand: right, or loud."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbflow.checkpoints.restore import Undo
from nbflow.errors import LostValue
from tests.checkpoints.kernel import Kernel, plain, split
from tests.checkpoints.traps import TRAPS, Says, Trap

ALL = pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)


@ALL
def test_what_one_step_made_comes_back_or_says_that_it_cannot(
    trap: Trap, kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_in_one_step(kernel, trap)
    expected = elsewhere(trap, tmp_path, monkeypatch)
    kernel.damage(trap.damage)
    undo = kernel.restore("one")
    assert_right_or_loud(kernel, trap, trap.step, undo, expected)


@ALL
def test_what_several_steps_made_comes_back_as_they_left_it(
    trap: Trap, kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        last = run_a_step_per_line(kernel, trap)
    except LostValue:
        assert trap.step in (Says.LOST, Says.NOTE)  # a later step asked for what could not be stored
        return
    kernel.damage(trap.damage)
    undo = kernel.restore(last)
    if trap.step is not None:
        assert_right_or_loud(kernel, trap, trap.step, undo, lambda: None)
        return
    # a step gets inputs of its own, so what they share with others ends there in the session, but not in the store
    value = kernel.value(trap.expr)
    assert value in (twin(trap, tmp_path, monkeypatch), elsewhere(trap, tmp_path, monkeypatch)())


@ALL
def test_what_was_saved_by_hand_comes_back_or_says_that_it_cannot(
    trap: Trap, kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel.damage(trap.before)
    kernel.save("mark")
    expected = elsewhere(trap, tmp_path, monkeypatch)
    kernel.damage(trap.damage)
    undo = kernel.restore("mark")
    assert_right_or_loud(kernel, trap, trap.hand, undo, expected)


@pytest.mark.parametrize("trap", [one for one in TRAPS if one.step is None], ids=lambda trap: trap.name)
def test_another_kernel_gets_the_same(
    trap: Trap, kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_in_one_step(kernel, trap)
    expected = elsewhere(trap, tmp_path, monkeypatch)
    fresh = kernel.restarted()
    fresh.restore("one")
    assert fresh.value(trap.expr) == expected()
    fresh.close()


@pytest.mark.parametrize("trap", [one for one in TRAPS if one.hand is None], ids=lambda trap: trap.name)
def test_another_kernel_gets_what_was_saved_by_hand(
    trap: Trap, kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel.damage(trap.before)
    kernel.save("mark")
    expected = elsewhere(trap, tmp_path, monkeypatch)
    fresh = kernel.restarted()
    fresh.restore("mark")
    assert fresh.value(trap.expr) == expected()
    fresh.close()


@ALL
def test_a_restore_that_is_taken_back_leaves_every_binding_as_it_was(trap: Trap, kernel: Kernel) -> None:
    run_in_one_step(kernel, trap)
    kernel.damage(trap.damage)
    before = dict(kernel.namespace)
    kernel.restore("one")
    kernel.undo()
    assert kernel.namespace.keys() == before.keys()
    assert [name for name, value in before.items() if kernel.namespace[name] is not value] == []


def run_in_one_step(kernel: Kernel, trap: Trap) -> None:
    ordinary, body = split(trap.before)
    for text in ordinary:
        kernel.cell(text)
    kernel.step("one", body or "nothing = 0")


def run_a_step_per_line(kernel: Kernel, trap: Trap) -> str:
    ordinary, body = split(trap.before)
    for text in ordinary:
        kernel.cell(text)
    lines = ast.parse(body).body or ast.parse("nothing = 0").body
    for number, line in enumerate(lines):
        kernel.step(f"s{number}", ast.unparse(line))
    return f"s{len(lines) - 1}"


def elsewhere(trap: Trap, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """What the lines give in plain Python, in a folder of their own, so that files do not meet."""

    def run() -> Any:
        (folder / "plain").mkdir()
        with monkeypatch.context() as context:
            context.chdir(folder / "plain")
            return plain(trap.before, trap.expr)

    return run


def twin(trap: Trap, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a session like this one gives right after the same steps."""
    (folder / "twin").mkdir()
    with monkeypatch.context() as context:
        context.chdir(folder / "twin")
        kernel = Kernel(folder / "twin")
        run_a_step_per_line(kernel, trap)
        value = kernel.value(trap.expr)
        kernel.close()
    return value


def assert_right_or_loud(
    kernel: Kernel, trap: Trap, says: Says | None, undo: Undo, expected: Callable[[], Any]
) -> None:
    match says:
        case None:
            assert kernel.value(trap.expr) == expected()
        case Says.LOST:
            assert any(note.startswith("not restored: ") for note in undo.notes)
            with pytest.raises(LostValue, match="could not be stored"):
                kernel.value(trap.expr)
        case Says.NOTE if trap.same is not None:
            assert any(note.startswith("not rewound: ") for note in undo.notes)
            assert kernel.value(trap.expr) == trap.same
        case Says.NOTE:
            assert any(note.startswith("defined again, without later changes") for note in undo.notes)
            with pytest.raises(AttributeError):
                kernel.value(trap.expr)
        case Says.ABSENT:
            with pytest.raises(NameError):
                kernel.value(trap.expr)
