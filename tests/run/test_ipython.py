"""Bodies with lines of IPython: a step does what the same text does as a cell of IPython."""

from __future__ import annotations

import contextlib
import io
import sys
import types
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell

from nbflow.run.output.worker_shell import ZMQInteractiveShell
from nbflow.run.task.compiled import compile_body
from tests.flow.reading import flow_of

CELLS = [
    "a = 1\na",
    "a = 1\na;",
    "a = 'x;#'; a  # not quiet;",
    "a = 3\na + 1;  # quiet",
    "  a = 1\n  if a:\n      a = 2\n  a",
    "\n\n\ta = 1\n\ta",
    "b = 3\n?zz\nzz??\nzz.real?",
    "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\n%load_ext autoreload\n%autoreload 2\na = 5\na",
    "%time a = sum(range(4))\n%time a",
    "a = %time 3 + 4\na",
    "%%time\na = 1\nb = 2\na + b",
    "%%time\na = 1\na;",
    "%timeit -n1 -r1 b = len(str(1))\na = 2",
    "c = [1]\n%timeit -n3 -r1 c.append(2)\nlen(c)",
    "print(1)\n%%time",
    "%%capture out\nprint('hidden')\nx = 3\nx",
    "%%capture\nprint('hidden')\nx = '''a\n  b'''\nx",
    "%%capture --no-stdout out\nprint('shown')\nx = 3",
    "%%time\n%%capture out\nx = 4\nprint(x)",
    "%%timeit -n1 -r1\nb = 5\nb * 2",
    "a = 2\n%prun -q b = a",
    "!echo hello",
    "a = 3\n!echo {a} {a + 1:>4} $a $$a",
    "a = 'x'\n!echo {missing} $a",
    "!echo one \\\n  two\na = 3",
    "names = !printf 'x\\ny\\n'\nnames",
    "names = %sx printf 'x y'\nnames.s",
    "!!echo hi",
    "for i in range(2):\n    !echo {i}\n    b = !echo $i\nb",
    "d = {}\nd['out'] = !echo 1\nd",
    "if True:\n    %time x = 3\nelse:\n    %time x = 4",
    "def f(n):\n    !echo {n}\n    return n\nf(4)",
    "%%bash\nfor i in 1 2; do\n  echo $i\ndone",
    "%%bash --out said\necho {hi}\n",
    "%%sh\necho hi",
    "%%writefile one.txt\ntext {with} $braces\nand more",
    "%%writefile -a one.txt\nmore",
    "name = 'below'\n%cd -q {name}\nhere = %pwd\nok = here.endswith('below')\n%cd -q ..",
    "%env NBFLOW_ONE=3\n%env NBFLOW_ONE",
    "v = 4\n%env NBFLOW_ONE={v}\nimport os\nos.environ['NBFLOW_ONE']",
    "%set_env NBFLOW_ONE two words\n!echo $NBFLOW_ONE",
    ">>> a = 1\n>>> for i in range(2):\n...     a += i\n>>> a",
    "In [3]: a = 1\nIn [4]: a",
    "text = '''\n%time\n!ls\n'''\ntext",
    "a = 7\nb = (a\n%4)\nb",
    "%who\n%whos\na = 3",
    "%pdb off\n%xmode Plain\n%precision 3\na = 3",
]


class _Quiet(DisplayHook):
    """Prints the last value of a cell as the tests below do."""

    def __call__(self, result: Any = None) -> None:
        if result is not None and not self.quiet():
            print("value", repr(result))


class _Shell(InteractiveShell):
    displayhook_class = _Quiet
    system = InteractiveShell.system_piped

    def enable_gui(self, gui: Any = None) -> None:
        pass


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    main = sys.modules["__main__"]
    yield _Shell.instance()
    _Shell.clear_instance()
    sys.modules["__main__"] = main  # a shell takes its place


def in_ipython(text: str, shell: Any) -> tuple[str, dict[str, Any]]:
    shell.reset(new_session=False)
    shell.history_manager.input_hist_parsed.clear()
    before = set(shell.user_ns)
    with redirect_stdout(io.StringIO()) as printed:
        result = shell.run_cell(text, store_history=True)
    return ("error" if not result.success else _compared(printed.getvalue())), _bound(shell.user_ns, before)


def in_a_step(text: str, worker: ZMQInteractiveShell) -> tuple[str, dict[str, Any]]:
    flow = flow_of(f"%%step a\n{text}")
    if flow.problems:
        return "error", {}
    module = types.ModuleType("__main__")
    module.__dict__["get_ipython"] = lambda: worker
    before = {*module.__dict__, "_dh", "_ih", "_oh"}
    with redirect_stdout(io.StringIO()) as printed, pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "__main__", module)
        value = compile_body(flow.steps[0], "step a").execute(module.__dict__, lambda definition: None)
        if value is not None:
            print("value", repr(value))
    return _compared(printed.getvalue()), _bound(module.__dict__, before)


_OTHERWISE = (
    "---",
    "Object `",
    "CPU times:",
    "Wall time:",
    "env: ",
    "Interactive",
    "No variables",
    "Automatic pdb",
    "Exception reporting",
)


def _compared(printed: str) -> str:
    """What a step prints as well: durations are those of the task, and magics that look at the session do nothing."""
    lines = (line for line in printed.splitlines() if line.strip() and not line.startswith(_OTHERWISE))
    return "\n".join(line for line in lines if " per loop " not in line and "   " not in line and "\t" not in line)


def _bound(space: dict[str, Any], before: set[str]) -> dict[str, Any]:
    names = [name for name in space if name not in before | {"os", "here"} and not name.startswith("_")]
    return {name: getattr(space[name], "stdout", space[name]) for name in names if not callable(space[name])}


@pytest.fixture(scope="module")
def worker() -> ZMQInteractiveShell:
    return ZMQInteractiveShell()


@pytest.mark.parametrize("text", CELLS)
def test_a_step_does_what_a_cell_does(
    text: str, shell: InteractiveShell, worker: ZMQInteractiveShell, tmp_path: Path
) -> None:
    for place in ("cell", "step"):
        (tmp_path / place / "below").mkdir(parents=True)
        (tmp_path / place / "one.txt").write_text("old")
    with contextlib.chdir(tmp_path / "cell"):
        expected = in_ipython(text, shell)
        left = Path("one.txt").read_text()
    with contextlib.chdir(tmp_path / "step"):
        printed, bound = in_a_step(text, worker)
        assert Path("one.txt").read_text() == left
    if expected[0] == "error":
        assert printed == "error"
    else:
        assert (printed, bound) == expected
