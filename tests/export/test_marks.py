"""What a script says about the cells that it came from can be read back, and tells changes from mere layout."""

from __future__ import annotations

import pytest

from nbflow.export.body_text import BodyText, read_bodies
from nbflow.export.marks import Mark, Marks, Target, digest_cell, digest_code, mark_of, read_marks, write_marks
from nbflow.export.text_layout import dedent, indent_block
from nbflow.flow.source.cell import Cell

MARKS = Marks(
    "my films.ipynb",
    Target.METAFLOW,
    True,
    (Mark(6, "load", "0123456789ab", "ba9876543210"), Mark(12, "", "111111111111")),
    "0123456789ab",
    ["shared", "names"],
    {"numpy": ["load", "clean (seeds)"]},
    {"load": 6, "clean": 12},
    {"load": frozenset({"xs", "NumPy random state"})},
    ["load", "clean"],
)


def test_marks_are_read_as_they_were_written() -> None:
    assert read_marks(f"class F: ...\n\n\n{write_marks(MARKS)}\n") == MARKS


def test_a_script_of_somebody_else_has_no_marks() -> None:
    assert read_marks("# cell 6\nprint(1)\n") is None


def test_a_cell_is_found_again_by_its_id_or_else_by_its_number() -> None:
    assert [mark.key for mark in MARKS.cells] == ["load", "cell 12"]
    assert mark_of(Cell(3, "x = 1", "cell 3")).key == "cell 3"


@pytest.mark.parametrize(
    ("source", "other"),
    [
        ("%%step a\nx = f(1, 2)", "%%step   a\n\nx = f(\n    1,\n    2,\n)\n"),
        ("%%step a\nx = 'y'", '%%step a\nx = "y"'),
    ],
)
def test_layout_changes_no_digest(source: str, other: str) -> None:
    assert digest_cell(Cell(1, source)) == digest_cell(Cell(2, other))


@pytest.mark.parametrize(
    "other",
    [
        Cell(1, "%%step b\nx = 1  # one", above="text"),
        Cell(1, "%%step a --retry 2\nx = 1  # one", above="text"),
        Cell(1, "%%step a\nx = 2  # one", above="text"),
        Cell(1, "%%step a\nx = 1  # two", above="text"),
        Cell(1, "%%step a\nx = 1  # one", above="another"),
    ],
)
def test_whatever_the_script_shows_of_a_cell_changes_its_digest(other: Cell) -> None:
    assert digest_cell(Cell(1, "%%step a\nx = 1  # one", above="text")) != digest_cell(other)


def test_a_docstring_counts_and_text_that_is_no_python_has_a_digest() -> None:
    assert digest_code('def f():\n    "a"') != digest_code('def f():\n    "b"')
    assert digest_code("!ls") != digest_code("!pwd")


TEXT = '''x = 1
y = """first
  second
"""
if x:
    z = f"""a
{x} b"""
'''


def test_the_content_of_texts_is_not_moved() -> None:
    moved = indent_block(TEXT, 8)
    assert moved.splitlines()[1:4] == ['        y = """first', "  second", '"""']
    assert dedent(moved, 8) == TEXT.rstrip("\n")


SCRIPT = '''
class F(FlowSpec):
    @step
    def load(self):
        """Load.

        # cell 1
        """
        path = self.path

        # cell 6
        # read it
        raw = """
a
"""
        n = len(raw)
        # that was all

        self.raw = raw
        self.next(self.use)

    @step
    def use(self):
        # cell 7
        self.x = self.raw
        # end of cell
        self.next(self.more)

    @step
    def more(self):
        # cell 8
        self.y = self.x
        # end of cell
        self.many = len(self.y) > 1
        self.next(self.end)

    @step
    def end(self):
        # cell 9
        self.z = self.y
        # end of cell
'''


def test_a_body_may_begin_with_a_text() -> None:
    script = 'class F:\n    def load(self):\n        # cell 6\n        """One."""\n        x = 1\n        self.next()'
    assert read_bodies(script) == (BodyText(6, "load", '"""One."""\nx = 1', 4),)


def test_bodies_are_read_without_what_was_written_around_them() -> None:
    assert read_bodies(SCRIPT) == (
        BodyText(6, "load", '# read it\nraw = """\na\n"""\nn = len(raw)\n# that was all', 12),
        BodyText(7, "use", "self.x = self.raw", 25),
        BodyText(8, "more", "self.y = self.x", 32),
        BodyText(9, "end", "self.z = self.y", 40),
    )
