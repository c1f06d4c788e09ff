"""Decodes the text of a Python file as Python itself does."""

from __future__ import annotations

import io
import re
import tokenize

_CODING = re.compile(r"^([ \t\f]*#.*?coding[:=][ \t]*)[-\w.]+")


def encoding_of(data: bytes) -> str:
    """Return the encoding that a byte order mark or a `coding` line states, else UTF-8. Raises UnicodeError."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeDecodeError) as error:
        raise UnicodeError(getattr(error, "msg", "") or str(error)) from None
    return encoding


def decode_source(data: bytes) -> str:
    """Return the decoded text with `\\n` at the end of each line. Raises UnicodeError."""
    text = data.decode(encoding_of(data))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def without_coding(text: str) -> str:
    """Replace the encoding stated in the first two lines of a text by UTF-8. All lines keep their places."""
    lines = text.split("\n", 2)
    return "\n".join([*(_CODING.sub(r"\g<1>utf-8", line) for line in lines[:2]), *lines[2:]])


def escaped(text: str) -> str:
    """Return the text with each character that UTF-8 cannot encode as an escape: a lone surrogate becomes `\\udc80`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
