"""Modules that a body has patched: put back before nbflow, which needs them as well, goes on."""

from __future__ import annotations

import builtins
import io
import json
import linecache
import os
import pickle
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
    builtins, io, json, linecache, os, pickle, sqlite3, threading, time, traceback,
)  # fmt: skip
_SPACES = [(one.__name__, one.__dict__) for one in _WATCHED]
_GONE = object()
_zip, _trace, _profile = zip, (sys.gettrace, sys.settrace), (sys.getprofile, sys.setprofile)


@contextmanager
def undone(found: list[str]) -> Iterator[None]:
    """Put back what is bound anew in these modules meanwhile; `found` are the names. What is added there stays."""
    before = [space.copy() for _, space in _SPACES]
    finders, trace, profile = [*sys.meta_path], sys.gettrace(), sys.getprofile()
    try:
        yield
    finally:
        _set_again(_trace, trace)
        _set_again(_profile, profile)
        _put_back(before, found)
        if any(one not in sys.meta_path for one in finders):
            sys.meta_path[:] = finders
            found.append("sys.meta_path")


def _set_again(how: tuple[Callable[[], Any], Callable[[Any], None]], before: Any) -> None:
    """Python cannot set a profiler or tracer that is written in C, as cProfile is: one that is still set stays."""
    get, put = how
    if get() is not before:
        put(before if callable(before) else None)


def _put_back(before: list[dict[str, Any]], found: list[str]) -> None:
    """Uses nothing that the body can have patched."""
    for (module, space), kept in _zip(_SPACES, before):
        if not _is_as_before(space, kept):
            for name in kept:
                if space.get(name, _GONE) is not kept[name]:
                    space[name] = kept[name]
                    if name != "_":  # the last value in a shell
                        found.append(f"{module}.{name}")


def _is_as_before(space: dict[str, Any], kept: dict[str, Any]) -> bool:
    """Compare as fast as Python can; what is the same object is not asked, anything else may raise."""
    try:
        return space == kept
    except BaseException:  # noqa: BLE001 - the user's own __eq__
        return False
