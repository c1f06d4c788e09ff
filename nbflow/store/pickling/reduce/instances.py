"""Takes objects with attributes apart: as pickle does, unless another object holds the attribute dict."""

from __future__ import annotations

import copyreg
import operator
import sys
import types
from typing import Any

from nbflow.store.pickling import rebuild
from nbflow.store.pickling.attributes import Attributes
from nbflow.store.pickling.recorder import Recorder


class _Probe:
    def __init__(self) -> None:
        self.known = 1


def _holders(obj: Any) -> int:
    return sys.getrefcount(obj.__dict__)


_ALONE = _holders(_Probe())


def has_own(kind: type) -> bool:
    """Tell whether objects of a class keep their attributes in a dict."""
    slot = next((vars(cls)["__dict__"] for cls in kind.__mro__ if "__dict__" in vars(cls)), None)
    return isinstance(slot, types.GetSetDescriptorType | types.MemberDescriptorType)


def reduce_owner(recorder: Recorder, obj: Any) -> Any:
    """Store an object as pickle does, except for an attribute dict that others may hold; counting holders is quick."""
    if _holders(obj) <= _ALONE:
        return NotImplemented
    namespace = obj.__dict__
    if namespace is obj:
        return _reduce_its_own_namespace(recorder, obj)
    recorder.attributes.setdefault(id(namespace), Attributes(namespace, [])).owners.append(obj)
    reduction = recorder.reduce_as_pickle(obj)
    if not isinstance(reduction, tuple):
        return reduction
    make, arguments, state, *rest = (*reduction, None) if len(reduction) == 2 else reduction
    arguments = _apart(arguments, namespace)
    if state is namespace and recorder.is_written_elsewhere(namespace, obj):
        return make, arguments, namespace, *(*rest, None, None)[:2], rebuild.set_attributes
    return make, arguments, _apart(state, namespace), *rest


def _reduce_its_own_namespace(recorder: Recorder, obj: Any) -> Any:
    """Store a dict whose attributes are its items: `self.__dict__ = self`."""
    reduction = recorder.reduce_as_pickle(obj)
    match reduction:
        case (make, arguments, state, _, items) if state is obj:
            return make, arguments, obj, None, items, rebuild.set_attributes
        case _:
            return reduction


def _apart(state: Any, namespace: dict[str, Any], levels: int = 3) -> Any:
    """Return the state of an object with a copy of its dict, so that only other holders meet the dict itself.

    `__getstate__` may put the dict into containers, as pydantic does.
    """
    if state is namespace:
        return dict(namespace)
    if levels == 0 or type(state) not in (tuple, list, dict):
        return state
    parts = list(state.values()) if type(state) is dict else list(state)
    copied = [_apart(part, namespace, levels - 1) for part in parts]
    if all(map(operator.is_, copied, parts)):
        return state
    return dict(zip(state, copied, strict=True)) if type(state) is dict else type(state)(copied)


def has_initializer(kind: type[BaseException]) -> bool:
    """Tell whether a class of exceptions has an `__init__` in Python, and leaves it to Python how they are pickled."""
    of_python = (kind.__reduce__, kind.__reduce_ex__)
    return isinstance(kind.__init__, types.FunctionType) and all(
        isinstance(one, types.MethodDescriptorType) for one in of_python
    )


def has_maker(kind: type) -> bool:
    """Tell whether the notebook defines the `__new__` by which pickle would make objects of a class."""
    is_own = kind.__module__ == "__main__" and isinstance(kind.__new__, types.FunctionType)
    return is_own and not hasattr(kind, "__getnewargs__") and not hasattr(kind, "__getnewargs_ex__")


def reduce_made(recorder: Recorder, obj: Any) -> Any:
    """Store an object as pickle does, but without a `__new__` that may return an existing object.

    Otherwise a value that is loaded for a comparison would overwrite the only object of its class.
    """
    reduction = reduce_owner(recorder, obj) if has_own(type(obj)) else NotImplemented
    if reduction is NotImplemented:
        reduction = recorder.reduce_as_pickle(obj)
    match reduction:
        case (copyreg.__newobj__, (_,) as arguments, *rest):  # type: ignore[attr-defined]
            return rebuild.instance, arguments, *rest
        case _:
            return reduction
