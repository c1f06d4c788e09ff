"""Names for steps to be: from the heading above, or from what the code does and makes."""

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
"""They mean something else inside steps."""

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
    """The last heading of a text; the title of the whole notebook (`top`: nothing stands above) is none."""
    found = [(int(one[3] or len(one[1])), one[2] or one[4]) for one in _HEADING.finditer(markdown)]
    level, text = found[-1] if found else (1, "")
    return "" if top and level == 1 else text


def slug(text: str, words: int = 4) -> str:
    """The words of a text as an identifier of plain letters; empty if nothing is left of it."""
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
    """A name for the step that an ordinary cell could be: valid and not `taken`, whatever the cell holds.

    `asked` are the names that others read of it, `otherwise` is for code that says nothing.
    """
    try:
        body = parse_ordinary(source).tree.body
    except SyntaxError:
        body = []
    return free_name(name_by_code(body, names_of(body).writes, asked) or _defined(body) or otherwise, taken)


def _defined(body: Sequence[ast.stmt]) -> str:
    """The first function or class."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return next((f"{_plain(node.name)}_code" for node in body if isinstance(node, kinds)), "")


def header_line(name: str, *, comment: bool) -> str:
    """The line that makes a step of a cell, in the form that a notebook uses."""
    return f"#| step: {name}" if comment else f"%%step {name}"


def _plain(name: str) -> str:
    """A name of the code in small plain letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"\W+", "_", plain).strip("_0123456789")[:_LONGEST]


def free_name(name: str, taken: Container[str]) -> str:
    """The name, or the next one like it, that no step has and that means nothing else."""
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
    """`load_films`, `fit_model`, `films_rating` for a new column, `films` for anything else; empty for nothing.

    `writes` are the artifacts that the code makes, `asked` those of them that steps below read, and `reads` what it
    reads of steps above.
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
    """The artifacts in the order of the code: those that are assigned, then those that are changed."""
    nodes = [node for statement in body for node in every_node(statement)]
    stored = [node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)]
    last = [node.id for node in every_node(body[-1]) if isinstance(node, ast.Name)] if body else []
    yield from dict.fromkeys(name for name in (*reversed(stored), *last) if name in writes)
    yield from sorted(writes - {*stored, *last} - {name for name in writes if " " in name})


def _details(nodes: Iterable[ast.AST], name: str) -> Iterator[str]:
    """The column that is set, or the method that changes the object."""
    for node in nodes:
        match node:
            case ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant(value=str(column)), ctx=ast.Store()):
                if owner == name:
                    yield column
            case ast.Call(func=ast.Attribute(attr=attr)) if mutated_by(node) == name:
                yield attr
