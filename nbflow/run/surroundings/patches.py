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
import os
import os.path
import pickle
import random
import re
import signal
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_WATCHED: tuple[ModuleType, ...] = (
    builtins, collections, contextlib, copy, dataclasses, functools, gc, io, json, linecache, os, os.path, pickle,
    random, re, signal, sqlite3, threading, time, traceback,
)  # fmt: skip
_SPACES = [(one.__name__, one.__dict__) for one in _WATCHED]
_DICTS = [space for _, space in _SPACES]
_GONE, _MODULE = object(), ModuleType
_MOST_TOLD = 10  # modules that a step has exchanged
_zip, _trace, _profile = zip, (sys.gettrace, sys.settrace), (sys.getprofile, sys.setprofile)


@contextmanager
def undone(found: list[str]) -> Iterator[None]:
    """Restore names that are bound anew in these modules in this context; additions stay. `found` lists the names."""
    before = [*map(dict.copy, _DICTS)]
    modules, known = sys.modules, sys.modules.copy()
    finders, trace, profile = [*sys.meta_path], sys.gettrace(), sys.getprofile()
    try:
        yield
    finally:
        _set_again(_trace, trace)
        _set_again(_profile, profile)
        _put_modules_back(modules, known, found)
        _put_back(before, found)
        if any(one not in sys.meta_path for one in finders):
            sys.meta_path[:] = finders
            found.append("sys.meta_path")


def _set_again(how: tuple[Callable[[], Any], Callable[[Any], None]], before: Any) -> None:
    """Restore a profiler or tracer. Python cannot set one that is written in C, such as cProfile: if set, it stays."""
    get, put = how
    if get() is not before:
        put(before if callable(before) else None)


def _put_modules_back(modules: dict[str, ModuleType], known: dict[str, ModuleType], found: list[str]) -> None:
    """Restore modules that are gone or exchanged, before any code imports them.

    New modules stay, and so do those that were imported anew: what the body made of them must be stored.
    """
    sys.modules = modules
    if not _is_as_before(modules, known):
        changed = [name for name in known if not _is_imported(modules.get(name), known[name])]
        modules.update({name: known[name] for name in changed})
        found += [f"sys.modules[{name!r}]" for name in changed[:_MOST_TOLD]]


def _is_imported(now: object, before: object) -> bool:
    return now is before or (type(now) is _MODULE and now.__dict__.get("__spec__") is not None)


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
