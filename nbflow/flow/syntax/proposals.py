"""Proposes names for new steps, from the heading above a cell or from what its code does and makes."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence

from nbflow.flow.names.code import names_of
from nbflow.flow.names.scope import mutated_by, root_of
from nbflow.flow.names.text import parse_ordinary
from nbflow.flow.source.trees import every_node

RESERVED_STEPS = frozenset({"inputs", "self", "current", "input", "index", "next"})
"""These names have another meaning inside steps."""

_TAKEN = RESERVED_STEPS | frozenset(dir(builtins)) | {"start", "end"}
_STOP = frozenset(
    (
        *("the", "a", "an", "of", "and", "or", "to", "in", "for", "with", "on", "our", "we", "us"),
        *("you", "let", "lets", "is", "are", "be", "this", "that", "these", "using", "by", "at", "from", "into"),
        *("it", "its", "how", "what", "your", "my", "some", "as", "do", "does", "step", "part", "exercise", "question"),
        *("task", "section", "chapter", "example", "problem", "cell"),
    )
)
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*$|^<h([1-6])[^>]*>(.+?)</h", re.M)
_NUMBERING = re.compile(r"^(?:(?:[A-Z]|[IVX]+|\d+)(?:\.\d+)*[.):]\s*|\d+(?:\.\d+)*\s+)+")
_VERBS = (
    (re.compile(r"read_|load|fetch_|open$|urlopen$|^get$|make_(?:blobs|moons|classification|regression)"), "load"),
    (re.compile(r"train_test_split$"), "split"),
    (re.compile(r"(?:partial_)?fit(?:_transform)?$|train$"), "fit"),
    (re.compile(r"predict"), "predict"),
    (re.compile(r"dropna$|fillna$|clip$|clean"), "clean"),
    (re.compile(r"merge$|concat$"), "merge"),
    (re.compile(r"groupby$|pivot(?:_table)?$|resample$"), "group"),
    (re.compile(r"plot$|hist$|scatter$|boxplot$|imshow$|subplots$"), "plot"),
    (re.compile(r"to_(?:csv|json|excel|parquet|pickle|feather|sql)$|dump$|save\w*$|write\w*$"), "save"),
)
_LONGEST = 28


def heading_of(markdown: str, *, top: bool) -> str:
    """Return the last heading of a text. The title of the whole notebook does not count: `top` says that nothing is
    above.
    """
    found = [(int(one[3] or len(one[1])), one[2] or one[4]) for one in _HEADING.finditer(markdown)]
    level, text = found[-1] if found else (1, "")
    return "" if top and level == 1 else text


def slug(text: str, words: int = 4) -> str:
    """Return the first words of a text as an identifier of plain letters, or "" if no word is left."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)|<[^>]+>|[`*$]", r"\1", text).strip()
    text = _NUMBERING.sub("", text)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    found = [word for word in re.findall(r"[a-z0-9]+", plain) if word not in _STOP]
    while found and found[0].isdigit():
        found.pop(0)
    name = "_".join(found[:words])
    while len(name) > _LONGEST and "_" in name:
        name = name.rpartition("_")[0]
    return name.lstrip("0123456789")[:_LONGEST]


def propose_name(source: str, taken: Container[str], asked: Container[str] = (), otherwise: str = "step") -> str:
    """Propose a name for the step that an ordinary cell could become. The name is valid and not in `taken`.

    `asked` are the artifacts that other cells read from it. `otherwise` is used for code that suggests no name.
    """
    try:
        body = parse_ordinary(source).tree.body
    except SyntaxError:
        body = []
    return free_name(name_by_code(body, names_of(body).writes, asked) or _defined(body) or otherwise, taken)


def _defined(body: Sequence[ast.stmt]) -> str:
    """Return a name from the first function or class that a cell defines, or ""."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return next((f"{_plain(node.name)}_code" for node in body if isinstance(node, kinds)), "")


def header_line(name: str, *, comment: bool) -> str:
    """Return the line that makes a cell a step, in the form that the notebook uses."""
    return f"#| step: {name}" if comment else f"%%step {name}"


def _plain(name: str) -> str:
    """Return a name from the code in lower-case ASCII letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"\W+", "_", plain).strip("_0123456789")[:_LONGEST]


def free_name(name: str, taken: Container[str]) -> str:
    """Return the name if it is free, else with a number. A name that means something else gets the ending `_step`."""
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in _TAKEN:
        name = f"{name}_step"
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found


def name_by_code(
    body: Sequence[ast.stmt], writes: frozenset[str], asked: Container[str], reads: Iterable[str] = ()
) -> str:
    """Return a name such as `load_films`, `fit_model`, `films_rating` (a new column) or `films`, or "" for no idea.

    `writes` are the artifacts that the code makes, `asked` those that steps below read, and `reads` the artifacts that
    it reads from steps above.
    """
    nodes = [node for statement in body for node in every_node(statement)]
    calls = [*_calls(nodes)]
    made = sorted(_made(body, writes), key=lambda name: name not in asked)
    what = _plain(made[0]) if made else ""
    verb = next((verb for pattern, verb in _VERBS for call in calls if pattern.match(call)), "")
    if verb == "split":
        return "split_data"
    if verb == "fit" and (fitted := [*_fitted(nodes)]):
        return f"fit_{_plain(fitted[0])}"
    if verb == "save":
        return f"save_{what}" if what else "save"
    if verb == "plot":
        return "plot"
    if what:
        detail = _plain(next(_details(nodes, made[0]), ""))
        return f"{verb}_{what}" if verb and not what.startswith(verb) else f"{what}_{detail}" if detail else what
    shown = sorted(name for name in reads if not name.startswith("_"))
    return "_".join(["show", *map(_plain, shown[:1])]) if "print" in calls else ""


def _calls(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                yield name


def _fitted(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="fit" | "partial_fit" | "train")) if root_of(owner):
                yield root_of(owner) or ""


def _made(body: Sequence[ast.stmt], writes: frozenset[str]) -> Iterator[str]:
    """Yield the artifacts, first those that are assigned, the last one first, then those that are changed."""
    nodes = [node for statement in body for node in every_node(statement)]
    stored = [node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)]
    last = [node.id for node in every_node(body[-1]) if isinstance(node, ast.Name)] if body else []
    yield from dict.fromkeys(name for name in (*reversed(stored), *last) if name in writes)
    yield from sorted(writes - {*stored, *last} - {name for name in writes if " " in name})


def _details(nodes: Iterable[ast.AST], name: str) -> Iterator[str]:
    """Yield the columns of an object that are set, and the methods that change it."""
    for node in nodes:
        match node:
            case ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant(value=str(column)), ctx=ast.Store()):
                if owner == name:
                    yield column
            case ast.Call(func=ast.Attribute(attr=attr)) if mutated_by(node) == name:
                yield attr
