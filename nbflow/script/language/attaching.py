"""Puts the decorators of `--with`, and those that mutators name by a text, above steps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from nbflow.errors import InvalidDecorator
from nbflow.script.language import refused
from nbflow.script.language.decorators import STEP_DECORATORS
from nbflow.script.language.step_facts import facts_of


def attach(text: str, methods: Iterable[Any]) -> None:
    """Put a decorator of `--with`, such as `retry:times=3`, above all steps without it. Raises InvalidDecorator."""
    name, given = read_spec(text)
    if name in refused.DECORATORS:
        raise InvalidDecorator(f"@{name} is not part of nbflow: {refused.DECORATORS[name]}")
    if name not in STEP_DECORATORS:
        raise InvalidDecorator(f"--with {name}: there is no such decorator, only {', '.join(sorted(STEP_DECORATORS))}")
    for method in methods:
        facts = facts_of(method)
        if facts is not None and name not in facts.names:
            try:
                STEP_DECORATORS[name](**given)(method)
            except InvalidDecorator as error:
                raise InvalidDecorator(f"--with {text}: {error}") from None


def read_spec(text: str) -> tuple[str, dict[str, Any]]:
    """Split a text such as `retry:times=3` into the name and the arguments; a key that is a number is a position."""
    name, _, rest = text.partition(":")
    parts = re.split(r",(?=[\s\w]+=)", rest) if rest else []
    return name, {key.strip(): _value(value.strip()) for key, _, value in (part.partition("=") for part in parts)}


def _value(text: str) -> Any:
    try:
        return json.loads(text.replace('\\"', '"'))
    except ValueError:
        return {"True": True, "False": False, "None": None}.get(text, text)
