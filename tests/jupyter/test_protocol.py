"""The panel's copy of the protocol is what Python says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest

from nbflow.jupyter.protocol import published
from nbflow.jupyter.protocol.typescript import spell, write_typescript


class Colour(StrEnum):
    RED = "red"
    DARK_BLUE = "dark blue"


@dataclass(frozen=True)
class Dot:
    """A dot.

    It has a colour.
    """

    colour: Colour | None
    place: tuple[int, float]
    names: tuple[tuple[str, str], ...]
    facts: Mapping[str, Any]


def test_the_copy_in_the_panel_is_fresh() -> None:
    copy = {path.name: path.read_text("utf-8") for path in published.TYPESCRIPT.iterdir()}
    assert copy == published.in_typescript()


def test_messages_become_interfaces_and_closed_sets_unions() -> None:
    assert (
        write_typescript([Colour, Dot], {"MOST": 3, "ID": "dots"}, "make dots")
        == """\
// Written by `make dots`. Do not edit.

export const MOST = 3;
export const ID = 'dots';

export type Colour = 'red' | 'dark blue';

/**
 * A dot.
 *
 * It has a colour.
 */
export interface Dot {
  readonly colour: Colour | null;
  readonly place: readonly [number, number];
  readonly names: readonly (readonly [string, string])[];
  readonly facts: Readonly<Record<string, unknown>>;
}
"""
    )


def test_a_message_of_another_file_is_imported() -> None:
    homes = {Colour: "colours", Dot: "dots"}
    lines = write_typescript([Dot], {}, "make dots", homes=homes).splitlines()
    assert lines[2] == "import type { Colour } from './colours';"


def test_every_message_stands_in_one_file() -> None:
    text = "".join(text for name, text in published.in_typescript().items() if name != "index.ts")
    declared = re.findall(r"export (?:interface|type) (\w+)", text)
    assert len(declared) == len(set(declared)) > 50


def test_a_type_that_no_message_may_have_is_refused() -> None:
    with pytest.raises(TypeError, match="no place in a message"):
        spell(set[int])
