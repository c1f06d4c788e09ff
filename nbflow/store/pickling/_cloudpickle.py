"""Gives names to the functions of cloudpickle that have no public ones.

They are private there and may change with any release, so the version of cloudpickle has an upper bound, and no other
module of nbflow uses them.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import CodeType, ModuleType
from typing import Any

import cloudpickle.cloudpickle as cloud


def is_importable(obj: object, name: str | None = None) -> bool:
    """Tell whether a module that is no `__main__` has the object under its name, so that its name is enough."""
    return cloud._lookup_module_and_qualname(obj, name) is not None


def is_by_reference(obj: object) -> bool:
    """Tell whether cloudpickle would store a function or module as its name."""
    found: bool = cloud._should_pickle_by_reference(obj)
    return found


def globals_of(code: CodeType) -> list[str]:
    """Return the names of the global variables that a code object and the functions in it use."""
    return list(cloud._extract_code_globals(code))


def submodules_of(code: CodeType, values: Iterable[Any]) -> list[ModuleType]:
    """Return the submodules that a code object looks at through packages among the values, such as `os.path`."""
    return list(cloud._find_imported_submodules(code, values))


def reduce_dynamic_class(cls: type) -> Any:
    """Return what makes a class again that no module has: a function, its arguments, and the class's state."""
    return cloud._class_reduce(cls)


def set_class_state(cls: type, state: Any) -> None:
    """Give a class that was made again its attributes."""
    cloud._class_setstate(cls, state)


def reduce_code(code: CodeType) -> Any:
    """Return what makes a code object again: its type, and the arguments of that."""
    return cloud._code_reduce(code)
