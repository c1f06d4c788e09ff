"""Values as plain data, so that they can be compared where classes are others: in another process or module."""

from __future__ import annotations

import dataclasses
from typing import Any


def plain(value: Any) -> Any:
    """Numbers and texts as they are; of everything else its type's name and what it holds."""
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return value
    if isinstance(value, list | tuple):
        return type(value).__name__, [plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return type(value).__name__, sorted((plain(one) for one in value), key=repr)
    if isinstance(value, dict):
        return "dict", [(plain(key), plain(one)) for key, one in value.items()]
    return type(value).__name__, _inside(value)


def _inside(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return [(field.name, plain(getattr(value, field.name))) for field in dataclasses.fields(value)]
    if hasattr(value, "to_json"):  # frames
        return value.to_json(orient="split", date_format="iso", default_handler=str)
    if hasattr(value, "tolist"):  # arrays
        return plain(value.tolist())
    if hasattr(value, "get_params"):  # models
        return repr(value)
    return repr(value)
