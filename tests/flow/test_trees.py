"""The walks over trees give what those of `ast` give, without the contexts of names."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from nbflow.flow.source.trees import children, every_node

_LIBRARY = Path(sysconfig.get_path("stdlib"))

EVERY_KIND = """
match point:
    case {"x": 1, **rest}: pass
    case Point(x=0, y=[first, *_]) | None: pass
    case (1 | 2) as two: pass
async def f(a, /, b: int = 1, *args, c, d=2, **options) -> None:
    global g
    async with a as b, c: await d
    async for x in [i async for i in y if i if not i]: yield x
try:
    raise ValueError from None
except* OSError as error: del error.args[0:1:2]
class A(B, metaclass=C):
    x: int
    y: str = f"{x!r:>{width}}" "text"
from ..a import b as c, d
lambda *, k=1: (yield from k)
(n := {1, *s}), {**m, 'k': not -n}, a if b else c, x < y <= z, u"text"
"""


@pytest.mark.parametrize("name", ["ast.py", "dataclasses.py", "typing.py", "asyncio/tasks.py", "test/test_grammar.py"])
def test_the_standard_library_is_walked_as_by_ast(name: str) -> None:
    if not (_LIBRARY / name).exists():
        pytest.skip(f"this Python comes without {name}")
    _compare(ast.parse((_LIBRARY / name).read_text("utf-8")))


def test_every_kind_of_node_is_walked_as_by_ast() -> None:
    _compare(ast.parse(EVERY_KIND))


def _compare(tree: ast.Module) -> None:
    assert every_node(tree) == [node for node in ast.walk(tree) if not isinstance(node, ast.expr_context)]
    for node in ast.walk(tree):
        below = [one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.expr_context)]
        assert children(node) == below
