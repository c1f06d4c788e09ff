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
    made = sorted(_made(body, writes), key=lambda name: name not in asked or not _is_set(nodes, name))
    what = _plain(made[0]) if made else ""
    verb = next((verb for pattern, verb in _VERBS for call in calls if pattern.match(call)), "")
    if verb == "split":
        return "split_data"
    if verb == "fit" and (fitted := [*_fitted(nodes)]):
        return f"fit_{_plain(fitted[0])}"
    read = sorted(name for name in reads if not name.startswith("_"))
    if verb == "save":
        return "_".join(["save", *([what] if what else map(_plain, read[:1]))])
    if verb == "plot":
        return "plot"
    if what:
        detail = _plain(next(_details(nodes, made[0]), ""))
        return f"{verb}_{what}" if verb and not what.startswith(verb) else f"{what}_{detail}" if detail else what
    return _deed(body) or ("_".join(["show", *map(_plain, read[:1])]) if "print" in calls else "")


def _calls(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr="open") | ast.Name(id="open")) if _WRITES.search(ast.unparse(node)):
                yield "write"
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                yield name


_WRITES = re.compile(r"[,=]\s*'[bt]*[wax][bt+]*'")  # the mode of a file that is written


def _deed(body: Sequence[ast.stmt]) -> str:
    """Return a name from the last statement that does something: `delete_films`, `account_deposit`, `check_total`."""
    return next(filter(None, map(_done_by, reversed(body))), "")


def _done_by(statement: ast.stmt) -> str:
    match statement:
        case ast.Delete(targets=[target, *_]):
            return _joined("delete", root_of(target))
        case ast.Assert(test=test):
            return _joined("check", next(_names_in(test), None))
        case ast.For(target=ast.Name(id=item), iter=ast.Name(id=several), body=body):
            return re.sub(rf"\b{item.lower()}_", f"{_plain(several)}_", _deed(body))
        case ast.For(body=body) | ast.While(body=body) | ast.If(body=body) | ast.With(body=body) | ast.Try(body=body):
            return _deed(body)
        case ast.Assign(targets=[ast.Subscript(slice=part) as target]):
            return _joined(root_of(target), part.value if isinstance(part, ast.Constant) else None)
        case ast.Expr(value=ast.Await(value=value) | value) | ast.Assign(targets=[ast.Attribute() as value]):
            return _done_with(value)
    return ""


def _done_with(value: ast.expr) -> str:
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython"))), args=args):
            return _joined(*(word for one in args[:2] for word in _first_word(one)))
        case ast.Call(func=ast.Name(id=name), args=args) if name not in ("print", "display"):
            return _joined(name, next((one.id for one in args if isinstance(one, ast.Name)), None))
        case ast.Call(func=ast.Attribute() as done) | (ast.Attribute() as done):
            return _joined(*_last_two(done))
    return ""


def _joined(*words: object) -> str:
    return _plain("_".join(str(word) for word in words if word is not None))


def _names_in(node: ast.AST) -> Iterator[str]:
    return (one.id for one in every_node(node) if isinstance(one, ast.Name) and one.id not in _TAKEN)


def _last_two(done: ast.Attribute) -> tuple[str | None, str]:
    """Return what a method is called on, and its name: `random` and `rand` of `np.random.rand`."""
    owner = done.value
    return (owner.attr if isinstance(owner, ast.Attribute) else root_of(owner)), done.attr


def _first_word(node: ast.expr) -> Iterator[str]:
    """Yield the first word of what is given to a line of IPython; of a file, its name without folders and ending."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.split():
        yield node.value.split()[0].rpartition("/")[2].partition(".")[0]


def _fitted(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="fit" | "partial_fit" | "train")) if root_of(owner):
                yield root_of(owner) or ""


def _made(body: Sequence[ast.stmt], writes: frozenset[str]) -> Iterator[str]:
    """Yield the artifacts: those that are assigned, outside of loops first, the last one first, then those changed."""
    inner = [*_stored(body)]
    stored = [*inner, *_stored(one for one in body if isinstance(one, ast.Assign | ast.AnnAssign | ast.AugAssign))]
    last = [node.id for node in every_node(body[-1]) if isinstance(node, ast.Name)] if body else []
    yield from dict.fromkeys(name for name in (*reversed(stored), *last) if name in writes)
    yield from sorted(writes - {*stored, *last} - {name for name in writes if " " in name})


def _stored(body: Iterable[ast.stmt]) -> Iterator[str]:
    nodes = (node for statement in body for node in every_node(statement))
    return (node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))


def _is_set(nodes: Sequence[ast.AST], name: str) -> bool:
    """Tell whether an artifact is assigned or set in sight; a random generator that is drawn from is not."""
    return _is_assigned(nodes, name) or any(True for _ in _details(nodes, name))


def _is_assigned(nodes: Sequence[ast.AST], name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load) for node in nodes)


def _details(nodes: Sequence[ast.AST], name: str) -> Iterator[str]:
    """Yield the columns of an object that are set, and the methods that change it if it is not new."""
    is_new = _is_assigned(nodes, name)
    for node in nodes:
        match node:
            case ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant(value=str(column)), ctx=ast.Store()):
                if owner == name:
                    yield column
            case ast.Call(func=ast.Attribute(attr=attr)) if mutated_by(node) == name and not is_new:
                yield attr
