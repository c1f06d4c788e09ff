"""Finds the items of the foreachs around a task, as Metaflow does: in their lists, as these are now.

An item is stored by itself, too, so that a task of thousands need not load a long list. It is taken from the list
where a step may tell the difference: if the list was replaced, or is short and the item may be changed in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbflow.script.language.transition import VARIABLES

if TYPE_CHECKING:
    from nbflow.script.language.state import TaskArtifacts

_SHORT = 128 * 1024
"""The most bytes of a list that a task loads for its item; it takes a millisecond."""

_FIXED = frozenset({"int", "float", "complex", "bool", "str", "bytes", "NoneType"})


def present_item(flow: Any, depth: int) -> Any:
    """Return an item of a foreach around the task; None if no artifact has its list."""
    state, name = flow._state, _list_of(flow, depth)
    if not name or hasattr(type(flow), name) or state.has_item(depth):
        return state.item(depth)
    if name not in vars(flow) and name not in state.artifacts:
        return None
    if name in vars(flow) or _is_taken_from_list(state, name, depth):
        state.note_item(depth, _at(getattr(flow, name), state.stack[depth].index))
    return state.item(depth)


def _is_taken_from_list(state: TaskArtifacts, name: str, depth: int) -> bool:
    listed, level = state.artifacts[name], state.stack[depth]
    is_replaced = bool(level.source) and listed.digest != level.source
    return is_replaced or (listed.size <= _SHORT and level.item.summary.type not in _FIXED)


def _list_of(flow: Any, depth: int) -> str:
    """Return the name of the list of a foreach around the task; "" if it is not known."""
    lists = flow._state.lists
    step, name = lists[depth] if depth < len(lists) else ("", "")
    return str(getattr(flow, VARIABLES, {}).get(step, name)) if name else ""


def put_items_into(flow: Any, name: str, value: Any) -> None:
    """Let a long list that is loaded hold the items that the task has got by themselves."""
    state = flow._state
    for depth, level in enumerate(state.stack):
        if type(value) is list and state.has_item(depth) and _list_of(flow, depth) == name:
            value[level.index] = state.item(depth)


def return_items(flow: Any) -> None:
    """Change a long list if the body has changed its item in place."""
    for name, index, item in [*_changed(flow)]:
        value = getattr(flow, name) if name in flow._state.artifacts or name in vars(flow) else None
        if type(value) is tuple:
            setattr(flow, name, (*value[:index], item, *value[index + 1 :]))


def _changed(flow: Any) -> Iterator[tuple[str, int, Any]]:
    for depth, item in flow._state.changed_items():
        yield _list_of(flow, depth), flow._state.stack[depth].index, item


def _at(value: Any, index: int) -> Any:
    """Return an item of the list of a foreach, as Metaflow finds it; of another iterable, the one at this place."""
    try:
        return value[index]
    except (TypeError, KeyError):
        return next(islice(value, index, index + 1))
