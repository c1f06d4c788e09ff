"""Classes of nbflow that stores written by earlier versions know by another module."""

from __future__ import annotations

import io
import mmap
import pickle
from collections.abc import Sequence
from typing import Any

MOVED = {"nbflow.artifacts": "nbflow.client", "nbflow.relations": "nbflow.client"}


class _Redirecting(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> Any:
        return super().find_class(MOVED.get(module_name, module_name), global_name)


def unpickle(stream: bytes | bytearray | mmap.mmap, buffers: Sequence[Any]) -> Any:
    """As `pickle.loads`, which does not copy the stream and is therefore tried first."""
    try:
        return pickle.loads(stream, buffers=buffers)
    except ModuleNotFoundError as error:
        if error.name not in MOVED:
            raise
        return _Redirecting(io.BytesIO(stream), buffers=buffers).load()
