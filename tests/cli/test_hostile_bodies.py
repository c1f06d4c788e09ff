"""Whatever a body does to its process, its own task ends with a result, and no other task sees anything of it."""

from __future__ import annotations

import os

import pytest

from tests.cli.shell import Shell

HARMLESS = {
    "closes_streams": "import sys\nsys.stdout.close()\nsys.stderr.close()",
    "closes_descriptors": "import os\nos.close(1)\nos.close(2)",
    "redirects": "import os\nnull = os.open(os.devnull, os.O_WRONLY)\nos.dup2(null, 1)\nprint('gone')",
    "no_stream": "import sys\nsys.stdout = None\ndel sys.stderr",
    "other_stream": "import io, sys\nsys.stdout = io.StringIO()",
    "patches_builtins": "import builtins\nbuiltins.len = builtins.isinstance = builtins.print = None",
    "patches_modules": "import json, os, pickle\njson.dumps = os.open = os.write = pickle.Pickler = None",
    "writes_bytes": "import sys\nsys.stdout.buffer.write(bytes(range(256)))",
    "half_a_character": "print('\\udcff')\nvalue = '\\ud800'\nvalue",
    "huge_number": "value = 10**5000\nvalue",
    "no_number": "value = [float('nan'), float('inf')]\nvalue",
    "repr_leaves": "class A:\n    def __repr__(self):\n        raise SystemExit(3)\nvalue = A()",
    "no_json": "class A:\n    def _repr_mimebundle_(self, **_):\n        return {5: {(1, 2): self}}\nA()",
    "display_leaves": "class A:\n    def _repr_html_(self):\n        raise SystemExit(3)\nA()",
    "pickle_leaves": "class A:\n    def __reduce__(self):\n        raise SystemExit(3)\nleft = A()",
    "metaclass": "class M(type):\n    @property\n    def __module__(cls):\n        raise SystemExit\n"
    "class A(metaclass=M):\n    pass\nA()",
    "huge_factorial": "import math\nvalue = [math.factorial(2000)]",
    "interrupts": "class A:\n    def __getattribute__(self, _):\n        raise KeyboardInterrupt\n"
    "    __reduce__ = __repr__ = __getattribute__\nleft_alone = [A()]\nA()",
    "exits_at_its_end": "class A:\n    def __del__(self):\n        raise SystemExit(3)\nx = A()\ndel x",
    "nested": "deep, deeper = [], {}\nfor _ in range(5000):\n    deep, deeper = [deep], {'a': deeper}\ndeep",
    "cycles": "x = []\nx.append(x)\ny = {'x': x, 't': ([],)}\ny['y'] = y\ny['t'][0].append(y['t'])\ny",
    "strange_names": "globals().update({'\\ud800': 1, 'a\\0b': 2, '': 3, 'x' * 10**6: 4, 5: 6})",
    "asks_nothing": "class A:\n    def __getattr__(self, name):\n        raise RuntimeError(name)\nA()",
}
FAILING = {
    "message_raises": (
        "class E(Exception):\n    def __str__(self):\n        raise ValueError\nraise E",
        "E: <exception str() failed>",
    ),
    "message_is_huge": ("raise ValueError('x' * 10**7)", "characters are left out]"),
    "name_is_huge": ("raise type('E' * 10**7, (Exception,), {})('x')", "characters are left out]"),
    "chain": ("a, b = ValueError('a'), ValueError('b')\na.__cause__, b.__cause__ = b, a\nraise a", "ValueError: a"),
    "group": ("raise ExceptionGroup('g', [ValueError('\\udcff')])", "ExceptionGroup: g (1 sub-exception)"),
    "base": ("class Stop(BaseException):\n    pass\nraise Stop('now')", "Stop: now"),
    "exits_oddly": (
        "class A:\n    def __repr__(self):\n        raise KeyboardInterrupt\nraise SystemExit(A())",
        "called exit(<its repr cannot be shown: KeyboardInterrupt>)",
    ),
    "exits_at_length": ("raise SystemExit('x' * 10**7)", "characters are left out]"),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "group_of_exits": ("raise BaseExceptionGroup('g', [SystemExit(3), GeneratorExit()])", "BaseExceptionGroup: g"),
    "evil_class": (
        "class M(type):\n    def __getattribute__(self, _):\n        raise KeyboardInterrupt\n"
        "class E(Exception, metaclass=M):\n    __class__ = __reduce__ = property(exit)\nraise E('m')",
        "KeyboardInterrupt",
    ),
    "closes_all": ("import os\nos.closerange(3, 4096)", "Close only file descriptors that the step itself has opened"),
    "deep_recursion": ("def f(n):\n    return f(n + 1)\nf(0)", "RecursionError: maximum recursion depth exceeded"),
    "no_memory": (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 30, -1))\nx = bytes(1 << 32)",
        "MemoryError",
    ),
    "notes": ("e = ValueError('n')\ne.__notes__ = 5\nraise e", "ValueError: n"),
}


def test_what_a_body_does_to_its_process_ends_with_it(shell: Shell) -> None:
    cells = [f"%%step {name}\n{body}\nafter_{name} = 1" for name, body in HARMLESS.items()]
    reads = ", ".join(f"after_{name}" for name in HARMLESS)
    path = shell.write("flow", *cells, f"%%step reads\nprint('all', len([{reads}]))")
    answer = shell("run", path, "-j", "1")
    assert answer.code == 0, answer.out
    assert f"  all {len(HARMLESS)}\n" in answer.out
    replaced = "patches_builtins · replaces builtins.isinstance, builtins.len, builtins.print"
    assert f"{replaced}: only this step sees the new value, which ends with it" in answer.out
    assert shell("report", path, "-o", os.devnull).code == 0


@pytest.mark.parametrize("name", FAILING)
def test_an_error_of_any_kind_fails_its_step_alone(shell: Shell, name: str) -> None:
    body, text = FAILING[name]
    answer = shell("run", shell.write("flow", f"%%step bad\n{body}", "%%step good\nx = 1"), "-j", "1")
    assert answer.code == 1
    assert text in answer.out
    assert "nbflow/" not in answer.out
    assert len(answer.out) < 300_000
    assert "1 ran · 0 reused · 1 failed" in answer.out


def test_a_store_that_a_step_deletes_fails_the_run(shell: Shell) -> None:
    path = shell.write("flow", f"%%step bad\nimport shutil\nshutil.rmtree('{shell.folder}/.nbflow')", "%%step b\nx = 1")
    answer = shell("run", path)
    assert answer.code == 1
    assert "it was deleted during a run, and the results of the run are lost. Run it again" in answer.err
