"""A Python file is decoded as Python decodes it."""

from __future__ import annotations

import pytest

from nbflow.flow.source.encoding import decode_source, encoding_of, without_coding
from tests.flow.reading import problems_of


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        ("# -*- coding: latin-1 -*-\ns = 'é'\n".encode("latin-1"), "# -*- coding: latin-1 -*-\ns = 'é'\n"),
        (
            b"#!/bin/sh\n# vim: set fileencoding=cp1252 :\ns = '\x80'",
            "#!/bin/sh\n# vim: set fileencoding=cp1252 :\ns = '€'",
        ),
        (b"x = 1\r\ny = 2\rz = 3\n", "x = 1\ny = 2\nz = 3\n"),
    ],
    ids=["bom", "latin-1", "cp1252", "line ends"],
)
def test_text_is_what_python_reads(data: bytes, text: str) -> None:
    assert decode_source(data) == text


@pytest.mark.parametrize("data", [b"s = '\xff'", b"# coding: nonsense\n", b"# coding: rot13\n", b"\xff\xfex\0"])
def test_what_python_cannot_decode_is_a_unicode_error(data: bytes) -> None:
    with pytest.raises(UnicodeError):
        encoding_of(data)


def test_only_a_coding_line_at_the_top_is_restated() -> None:
    text = "#!/bin/sh\n# coding: latin-1\n# coding: latin-1\n"
    assert without_coding(text) == "#!/bin/sh\n# coding: utf-8\n# coding: latin-1\n"
    assert without_coding("x = 1") == "x = 1"


@pytest.mark.parametrize("cell", ["%%step a\nx = 1\ny = '\ud800'", "%%parameters\nk: int = 1\nn: str = '\udcff'"])
def test_half_of_a_character_is_a_problem_at_its_line(cell: str) -> None:
    [problem] = problems_of(cell)
    assert problem.startswith("nb.ipynb · cell 1, line 3: Python cannot read this: it contains half of a character")
