"""Finds what shell commands do to files, judged by their words."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Sequence

from nbflow.flow.files.pathtexts import UNKNOWN
from nbflow.flow.names.strings import of_shell, parts_of_text

Use = tuple[ast.expr, str, bool]
"""An expression for a path, the access to it, and whether any text there is a path, whatever it looks like."""

_READING = frozenset(
    [
        "cat",
        "head",
        "tail",
        "less",
        "more",
        "wc",
        "file",
        "stat",
        "grep",
        "egrep",
        "diff",
        "cmp",
        "sort",
        "uniq",
        "cut",
        "md5sum",
        "sha256sum",
        "unzip",
        "zcat",
        "jq",
        "xxd",
        "strings",
        "column",
        "test",
    ]
)
_TALKING = frozenset(
    [
        "echo",
        "printf",
        "which",
        "pip",
        "conda",
        "mamba",
        "uv",
        "git",
        "date",
        "sleep",
        "whoami",
        "hostname",
        "nvidia-smi",
    ]
)
"""Programs whose arguments are not files."""

_FIRST_PLACE = 0xE000  # the private-use area of Unicode: one letter for each part that is an expression
_PLACE = re.compile("([\ue000-\uf8ff])")


def uses_of_shell(call: ast.Call) -> Iterator[Use]:
    """Yield the paths in `get_ipython().system("cp a b")` and in the other calls that IPython lines become."""
    method, texts = of_shell(call), [_text(one) for one in call.args]
    match method, texts:
        case "system" | "getoutput", [command, *_]:
            yield from _of_commands(parts_of_text(command))
        case "run_cell_magic", ["writefile" | "file", rest, *_]:
            *options, path = [*_words(parts_of_text(rest))] or [ast.Constant("")]
            appends = any(isinstance(one, ast.Constant) and one.value in ("-a", "--append") for one in options)
            yield path, "append" if appends else "write", True
        case "run_cell_magic", ["bash" | "sh" | "script" | "system" | "sx" | "!", _, body]:
            text = re.sub(r"\$\{?\w+\}?", UNKNOWN, body.replace("\\\n", " "))
            for line in text.split("\n"):
                yield from _of_commands([ast.Constant(line)])


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _of_commands(parts: Sequence[ast.expr]) -> Iterator[Use]:
    words = [*_words(parts)]
    while words:
        texts = [_text(word) for word in words]
        end = next((at for at, text in enumerate(texts) if text in ("&&", "||", "|", ";", "&")), len(words))
        yield from _of_command(words[:end], texts[:end])
        words = words[end + 1 :]


def _of_command(words: Sequence[ast.expr], texts: Sequence[str]) -> Iterator[Use]:
    plain: list[ast.expr] = []
    redirected = ""
    for word, text in zip(words, texts, strict=True):
        if redirected:
            yield word, redirected, not text.startswith("&")
            redirected = ""
        elif text in _REDIRECTIONS:
            redirected = _REDIRECTIONS[text]
        elif not text.startswith("-"):
            plain.append(word)
    name = _text(plain[0]) if plain else ""
    if name not in _TALKING:
        yield from _of_program(name, plain[1:])


_REDIRECTIONS = {">": "write", ">>": "append", "<": "read"}


def _of_program(name: str, words: Sequence[ast.expr]) -> Iterator[Use]:
    match name:
        case "cp" | "ln" | "mv":
            yield from ((word, "update" if name == "mv" else "read", True) for word in words[:-1])
            yield from ((word, "write", True) for word in words[-1:])
        case "mkdir":
            yield from ((word, "make", True) for word in words)
        case "rm" | "rmdir":
            yield from ((word, "write", True) for word in words)
        case "ls" | "tree" | "find" | "du":
            for word in words or [ast.Constant("*")]:
                inside = ast.Call(ast.Attribute(word, "joinpath"), [ast.Constant("*")], [])
                yield (word if "*" in _text(word) else inside), "list", True
        case _:
            yield from ((word, "read" if name in _READING else "touch", False) for word in words)


def _words(parts: Sequence[ast.expr]) -> Iterator[ast.expr]:
    """Split a text at spaces as a shell does, where some of its parts are expressions."""
    text = "".join(_text(part) or chr(_FIRST_PLACE + at) * (not _is_text(part)) for at, part in enumerate(parts))
    try:
        text = re.sub(r"\d?(>>?|<)", r" \1 ", re.sub(r"\d?>&\d", "", text))
        words = shlex.shlex(text, posix=True, punctuation_chars=True)
        words.wordchars += "".join(map(chr, range(_FIRST_PLACE, _FIRST_PLACE + len(parts)))) + f":,@%+={UNKNOWN}"
        words.commenters = "#"
        for word in words:
            yield _word(word, parts)
    except ValueError:  # a quote is not closed
        return


def _is_text(part: ast.expr) -> bool:
    return isinstance(part, ast.Constant) and isinstance(part.value, str)


def _word(word: str, parts: Sequence[ast.expr]) -> ast.expr:
    pieces = [piece for piece in re.split(_PLACE, word) if piece]
    if pieces == [word] and not re.match(_PLACE, word):
        return ast.Constant(word)
    return ast.JoinedStr(
        [
            ast.FormattedValue(parts[ord(piece) - _FIRST_PLACE], -1) if re.match(_PLACE, piece) else ast.Constant(piece)
            for piece in pieces
        ]
    )
