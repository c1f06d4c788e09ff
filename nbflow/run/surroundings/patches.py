"""Undoes patches that a body made to modules, before nbflow goes on and uses these modules itself."""

from __future__ import annotations

import builtins
import collections
import contextlib
import copy
import dataclasses
import functools
import gc
import io
import json
import linecache
import operator
import os
import os.path
import pickle
import random
import re
import signal
import socket
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from nbflow.run.surroundings.lasting_changes import was_imported

_WATCHED: tuple[ModuleType, ...] = (
    builtins, collections, contextlib, copy, dataclasses, functools, gc, io, json, linecache, os, os.path, pickle,
    random, re, signal, socket, sqlite3, threading, time, traceback,
)  # fmt: skip
RESTORED_MODULES = frozenset(one.__name__ for one in _WATCHED)
"""Names the modules whose names are restored after each task."""

_SPACES = [(one.__name__, one.__dict__) for one in _WATCHED]
_DICTS = [space for _, space in _SPACES]
_GONE, _MODULE = object(), ModuleType
_MOST_TOLD = 10  # modules that a step has exchanged
_zip, _is, _trace, _profile = zip, operator.is_, (sys.gettrace, sys.settrace), (sys.getprofile, sys.setprofile)


@contextmanager
def undone(found: list[str]) -> Iterator[None]:
    """Restore names that are bound anew in these modules in this context, and the table of modules with its finders.

    Additions stay, except for what the notebook's own code has added to the builtins, to the modules and to their
    finders. `found` lists the names.
    """
    before = [*map(dict.copy, _DICTS)]
    modules, known, main = sys.modules, sys.modules.copy(), sys.modules["__main__"]
    finders, trace, profile = sys.meta_path, sys.gettrace(), sys.getprofile()
    searched = [*finders]
    try:
        yield
    finally:
        _set_again(_trace, trace)
        _set_again(_profile, profile)
        _put_modules_back(modules, known, found)
        _put_back(before, found)
        if len(modules) == len(known):
            _take_away(builtins.__dict__, before[0], found)
        _put_finders_back(finders, searched, found)
        if type(main) is not _MODULE and type(main).__module__ == "__main__":
            _MODULE.__setattr__(main, "__class__", _MODULE)


def _take_away(space: dict[str, Any], kept: dict[str, Any], found: list[str]) -> None:
    """Remove what was added to the builtins. A module that was imported may need what it adds to them."""
    if len(space) != len(kept):
        added = [name for name in space if name not in kept and name != "_"]
        found += [f"builtins.{name}" for name in added]
        for name in added:
            del space[name]


def _put_finders_back(finders: list[Any], before: list[Any], found: list[str]) -> None:
    """Restore the finders that are gone, and remove those that the notebook defines; those of libraries stay."""
    sys.meta_path = finders
    if len(finders) == len(before) and all(map(_is, finders, before)):
        return
    known, now = set(map(id, before)), set(map(id, finders))
    if not known <= now or any(_is_of_notebook(one) for one in finders if id(one) not in known):
        finders[:] = before
        found.append("sys.meta_path")


def _is_of_notebook(one: Any) -> bool:
    """Return whether the notebook defines this class, or the class of this object; asks no code of the class."""
    kind = one if issubclass(type(one), type) else type(one)
    return bool(_space_of_type(kind).get("__module__") == "__main__")


_space_of_type: Callable[[type], Mapping[str, Any]] = vars(type)["__dict__"].__get__
_space_of_module: Callable[[ModuleType], Mapping[str, Any]] = vars(ModuleType)["__dict__"].__get__


def _set_again(how: tuple[Callable[[], Any], Callable[[Any], None]], before: Any) -> None:
    """Restore a profiler or tracer. Python cannot set one that is written in C, such as cProfile: if set, it stays."""
    get, put = how
    if get() is not before:
        put(before if callable(before) else None)


def _put_modules_back(modules: dict[str, ModuleType], known: dict[str, ModuleType], found: list[str]) -> None:
    """Restore modules that are gone or exchanged, and remove what was never imported, before any code imports them.

    New modules stay, and so do those that were imported anew: what the body made of them must be stored.
    """
    sys.modules = modules
    if not _is_as_before(modules, known):
        changed = [name for name in known if not _is_imported(modules.get(name), known[name])]
        modules.update({name: known[name] for name in changed})
        added = [name for name in modules if name not in known and _is_made_up(name, modules[name])]
        for name in added:
            del modules[name]
        found += [f"sys.modules[{name!r:.100}]" for name in (*changed, *added)[:_MOST_TOLD]]


def _is_imported(now: object, before: object) -> bool:
    return now is before or (type(now) is _MODULE and now.__dict__.get("__spec__") is not None)


def _is_made_up(name: object, module: Any) -> bool:
    """Return whether code has put a module into the table itself. A module may replace itself while it is imported."""
    if not isinstance(name, str) or _is_of_notebook(module):
        return True
    if issubclass(type(module), _MODULE) and _space_of_module(module).get("__spec__") is not None:
        return False
    top = name.partition(".")[0]
    return not (was_imported(name) or was_imported(top) or top.startswith(("cython_runtime", "_cython_")))


def _put_back(before: list[dict[str, Any]], found: list[str]) -> None:
    """Restore the names, using only functions that the body cannot have patched."""
    if _is_as_before(_DICTS, before):
        return
    for (module, space), kept in _zip(_SPACES, before):
        if not _is_as_before(space, kept):
            for name in kept:
                if space.get(name, _GONE) is not kept[name]:
                    space[name] = kept[name]
                    if name != "_":  # a shell keeps its last value there
                        found.append(f"{module}.{name}")


def _is_as_before(space: object, kept: object) -> bool:
    """Return whether namespaces are unchanged; only objects that differ are asked, and their `__eq__` may raise."""
    try:
        return space == kept
    except BaseException:  # noqa: BLE001 - the user's own __eq__
        return False
