from __future__ import annotations

import ast

import pytest

from nbflow.flow.names.code import code_digest, compile_source, line_of_name, names_of


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# body, reads, maybe reads, writes, maybe writes
NAMES = [
    ("a = 1\nb = a + c", "c", "", "a b", ""),
    ("x += 1", "x", "", "x", ""),
    ("df['a'] = y", "df y", "", "df", ""),
    ("model.rate = 1", "model", "", "model", ""),
    ("del d['a']", "d", "", "d", ""),
    ("del x", "x", "", "", ""),
    ("x = 1\ndel x", "", "", "", ""),
    ("rows.append(1)", "rows", "", "rows", ""),
    ("model.layers.append(1)", "model", "", "model", ""),
    ("df.drop(c, inplace=True)", "df c", "", "df", ""),
    ("df.drop(c, inplace=False)", "df c", "", "", ""),
    ("model = make()\nmodel.fit(x)", "make x", "", "model", ""),
    ("import os\nos.environ['a'] = '1'", "", "", "", ""),
    ("import os.path as p, sys", "", "", "", ""),
    ("_tmp = 1\nx = _tmp", "", "", "x", ""),
    ("for i in rows: total += i", "rows total", "", "total", ""),
    ("for i in rows:\n    last = i\nprint(last)", "rows print", "last", "last", "last"),
    ("for i in rows:\n    if i: use(prev)\n    prev = i", "rows use", "prev", "prev", "prev"),
    ("for i in rows:\n    use(prev)\n    prev = i", "rows use prev", "", "prev", ""),
    ("for line in f:\n    line = line.strip()", "f", "", "", ""),
    ("for i in r:\n    x = 1\n    break\nelse:\n    x = 2", "r", "", "x", ""),
    ("for i in r: pass\nelse: x = 2", "r", "", "x", ""),
    ("while True:\n    y = 1\n    if y: break", "", "", "y", ""),
    ("while go:\n    y = 1", "go", "", "y", "y"),
    ("if a: x = 1", "a", "", "x", "x"),
    ("if a: x = 1\nelse: x = 2", "a", "", "x", ""),
    ("if a: x = 1\nelse: raise E", "a E", "", "x", ""),
    ("if a: x = 1\nprint(x)", "a print", "x", "x", "x"),
    ("if a: x = x + 1", "a x", "", "x", ""),
    ("try:\n    x = f()\nexcept E as e:\n    x = None", "f E", "", "x", ""),
    ("try:\n    x = f()\nexcept E:\n    pass", "f E", "", "x", "x"),
    ("try:\n    x\nexcept NameError:\n    x = f()", "f NameError", "x", "x", "x"),
    ("try:\n    x\nexcept (KeyError, NameError):\n    pass\nx + y", "x y KeyError NameError", "", "", ""),
    ("try:\n    x = f()\nexcept E:\n    raise", "f E", "", "x", ""),
    ("try:\n    x = f()\nfinally:\n    done = x", "f", "x", "done x", ""),
    ("try:\n    x\nexcept (KeyError, NameError):\n    x = y", "KeyError NameError y", "x", "x", "x"),
    ("try:\n    x\nexcept:\n    x = 1", "", "x", "x", "x"),
    ("try:\n    f(x)\nexcept Exception:\n    x = 1", "Exception f x", "", "x", ""),
    ("try:\n    x\nexcept ValueError:\n    x = 1", "ValueError x", "", "x", ""),
    ("if 'x' in globals(): print(x)", "globals print", "x", "", ""),
    ("if 'x' not in vars(): x = y", "vars y", "x", "x", "x"),
    ("n = x if 'x' in dir() else 0", "dir", "x", "n", ""),
    ("ok = 'x' in locals() and x > y", "locals y", "x", "ok", ""),
    ("if 'x' in d: print(x)", "d print x", "", "", ""),
    ("try:\n    import fast\nexcept ImportError:\n    fast = None", "ImportError", "", "", ""),
    ("with open(p) as f: x = f.read()", "open p", "", "x", ""),
    ("with suppress(E): x = f()", "suppress E f", "", "x", "x"),
    ("match v:\n    case [a, *b]: r = a\n    case {'k': c, **d}: r = c\n    case _: r = 0", "v", "", "r", ""),
    ("match v:\n    case P(): r = 1", "v P", "", "r", "r"),
    ("if (n := len(a)) > 3: pass", "len a", "", "", ""),
    ("a and (n := 3)", "a", "", "", ""),
    ("[y for x in rows if x > low]", "rows y low", "", "", ""),
    ("out = [x for x in x]", "x", "", "out", ""),
    ("any((hit := x) for x in rows)", "any rows", "", "", ""),
    ("def f(x, y=d):\n    return x + z", "d z", "", "", ""),
    ("z = 1\ndef f(x): return x + z", "", "", "z", ""),
    ("def f(): return g()\ndef g(): return 1", "", "g", "", ""),
    ("f = lambda x: x + z\nz = 1", "", "z", "f z", ""),
    ("def f(): f()", "", "", "", ""),
    ("def f():\n    global g\n    g = 1\nf()", "", "", "g", "g"),
    ("def f(x): seen.append(x)", "seen", "", "seen", ""),
    ("def f():\n    seen = []\n    seen.append(1)", "", "", "", ""),
    ("class A(B):\n    n = 1\n    def m(self): return n + k\n    o = n", "B n k", "", "", ""),
    ("class A:\n    def m(self): return super().m() + __class__.x", "super", "", "", ""),
    ("x: int = 1\ny: float", "int float", "", "x", ""),
    ("a = b = c", "c", "", "a b", ""),
    ("a, (b, *_rest) = t", "t", "", "a b", ""),
    ("raise E", "E", "", "", ""),
    ("x = 1\nraise E", "E", "", "x", "x"),
    ("print(f'{a:{w}}')", "print a w", "", "", ""),
    ("async def f():\n    async with c as d: await d.x(e)", "c e", "", "", ""),
]


@pytest.mark.parametrize(("body", "reads", "maybe_reads", "writes", "maybe_writes"), NAMES)
def test_names_follow_the_order_in_which_a_body_runs(
    body: str, reads: str, maybe_reads: str, writes: str, maybe_writes: str
) -> None:
    names = names_of(body)
    found = names.reads, names.maybe_reads, names.writes, names.maybe_writes
    assert found == tuple(map(words, (reads, maybe_reads, writes, maybe_writes)))


# body, bound in passing, perhaps, deleted, perhaps
PASSING = [
    ("for i in rows: pass", "i", "i", "", ""),
    ("for i, (j, *k) in rows: pass", "i j k", "i j k", "", ""),
    ("with open(p) as f, open(q) as g: pass", "f g", "", "", ""),
    ("if (n := len(a)) > 3: pass", "n", "", "", ""),
    ("any((hit := x) for x in rows)", "hit", "hit", "", ""),
    ("match v:\n    case [a, *b]: pass\n    case {'k': c, **d}: pass", "a b c d", "a b c d", "", ""),
    ("match v:\n    case a: pass", "a", "", "", ""),
    ("import a.b, c as d\nfrom e import f", "a d f", "", "", ""),
    ("def f(): pass\nclass A: pass", "A f", "", "", ""),
    ("async def f(): pass", "f", "", "", ""),
    ("try:\n    import fast\nexcept ImportError:\n    fast = None", "fast", "", "", ""),
    ("_tmp = 1\n_LOG.append(1)", "_tmp _LOG", "", "", ""),
    ("i = 0\nfor i in rows: pass", "", "", "", ""),
    ("for i in rows: i = i + 1", "i", "i", "", ""),
    ("del x", "", "", "x", ""),
    ("x = 1\ndel x, y", "", "", "x y", ""),
    ("if c: del x", "", "", "", "x"),
    ("if c: del x\nelse: del x", "", "", "x", ""),
    ("if c:\n    del x\n    x = 1", "", "", "", ""),
    ("for i in rows: del x", "i", "i", "", "x"),
    ("for i in rows: pass\ndel i", "", "", "i", ""),
    ("try:\n    x = f()\nexcept E as e:\n    x = None", "", "", "", "e"),
    ("try:\n    f()\nexcept E as e: pass\nelse: e = 1", "", "", "", "e"),
    ("with suppress(E): del x", "", "", "", "x"),
    ("del x[0]\ndel y.z", "", "", "", ""),
    ("def f(): del x", "f", "", "", ""),
    ("del x\nraise E", "", "", "", ""),
    ("while (q := f()): pass\nimport a\nraise E", "a q", "a q", "", ""),
]


@pytest.mark.parametrize(("body", "passing", "maybe", "ends", "maybe_ends"), PASSING)
def test_what_a_body_binds_in_passing_and_what_it_deletes(
    body: str, passing: str, maybe: str, ends: str, maybe_ends: str
) -> None:
    names = names_of(body)
    found = names.passing, names.maybe_passing, names.ends, names.maybe_ends
    assert found == tuple(map(words, (passing, maybe, ends, maybe_ends)))


def test_a_change_in_place_is_told_from_an_assignment() -> None:
    names = names_of("a.append(1)\nb[0] = 1\nb = 2\nc = 3")
    assert (names.writes, names.mutates) == (words("a b c"), words("a"))


def test_modules_are_absolute_and_found_inside_functions() -> None:
    names = names_of("import a.b as c\nfrom d.e import f\nfrom .g import h\ndef i():\n    import j")
    assert names.modules == {"a.b", "d.e", "d.e.f", ".g", ".g.h", "j"}


def test_a_star_import_is_found_with_its_line() -> None:
    assert names_of("x = 1\nfrom os import *").star_line == 2


def test_only_the_compiler_sees_return_outside_a_function() -> None:
    for body in ("return 1", "def f():\n    await x", "break", "yield 1"):
        with pytest.raises(SyntaxError):
            compile_source(body)


def test_reading_code_gives_no_warnings() -> None:
    compile_source(r"x = '\d' is 'a'")
    assert names_of(r"x = '\d' is y").reads == {"y"}


def test_the_line_of_a_name_is_its_first() -> None:
    assert (line_of_name("a = 1\nb = c\nc", "c"), line_of_name("a", "z")) == (2, None)


SAME = [
    ("x=1", "x = 1  # one"),
    ("f(a,\n  b)", "f(a, b)"),
    ("def f():\n    'doc'\n    return 1", "def f():\n    return 1"),
    ("class A:\n    '''doc'''\n    x = 1", "class A:\n\n    x = 1"),
    ("x = 'a' 'b'", 'x = "ab"'),
    ("x = u'a'", "x = 'a'"),
    ("if a:\n    b", "if a: b"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_digest_is_blind_to_layout_comments_and_docstrings(one: str, other: str) -> None:
    assert code_digest(one) == code_digest(other)


DIFFERENT = [
    ("x = 1", "x = True"),
    ("x = 1", "x = 1.0"),
    ("x = 0.0", "x = -0.0"),
    ("x = 'a'", "x = b'a'"),
    ("f(a, b)", "f(a)(b)"),
    ("x = [a, [b]]", "x = [[a], b]"),
    ("a = b", "b = a"),
    ("def f(): return 'doc'", "def f(): 'doc'"),
    ("def f(a, /): 1", "def f(a): 1"),
    ("x = 1\ny = 2", "y = 2\nx = 1"),
    ("'text'", "'other'"),
    ("if a:\n    b\nc", "if a:\n    b\n    c"),
    ("f'{a!r}'", "f'{a!s}'"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_a_digest_sees_every_other_change(one: str, other: str) -> None:
    assert code_digest(one) != code_digest(other)


def test_a_digest_is_the_same_for_text_and_tree() -> None:
    source = "def f(a):\n    return [a * 2 for a in range(3)]"
    assert (
        code_digest(source)
        == code_digest(ast.parse(source))
        == code_digest(ast.parse(source).body)
        == code_digest(ast.unparse(ast.parse(source)))
    )
