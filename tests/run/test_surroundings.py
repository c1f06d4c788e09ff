"""What a step does to its process ends with it; and a step awaits in a loop of its own."""

from __future__ import annotations

import pytest

from nbflow.run.events.events import FailureKind, Outcome, TaskFailed
from nbflow.run.surroundings.surroundings import Surroundings
from tests.flows import Shape
from tests.run.running import Place, Ran

IMPORTS = """
import asyncio, decimal, getpass, io, locale, logging, os, signal, sys, threading, warnings
import numpy as np
import pandas as pd
from pathlib import Path
async def add(a, b):
    await asyncio.sleep(0)
    return a + b
async def count(n):
    for i in range(n):
        yield i
class Opened:
    async def __aenter__(self):
        return 5
    async def __aexit__(self, *_):
        pass
"""

LOOK = """here, entries, arguments = os.getcwd(), [*sys.path], sys.argv
value = os.environ.get("NBFLOW_TEST"), signal.getsignal(signal.SIGINT) is signal.default_int_handler
settings = np.get_printoptions()["precision"], pd.get_option("display.max_rows"), decimal.getcontext().prec
limits = sys.getrecursionlimit(), os.umask(0o22), len(warnings.filters), locale.setlocale(locale.LC_ALL)
logs = logging.root.level, len(logging.root.handlers), logging.getLogger("mine").level"""

CHANGED = Shape("changed", f"""
{IMPORTS}
logging.getLogger("mine")
---
%%step look
{LOOK}
seen = [here, entries, arguments, value, settings, limits, logs]
---
%%step change
_seen = seen
os.chdir("/")
sys.path.insert(0, "/nowhere")
sys.argv = ["other"]
os.environ["NBFLOW_TEST"] = "1"
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.alarm(1)
locale.setlocale(locale.LC_ALL, "C.UTF-8")
np.set_printoptions(precision=2)
pd.set_option("display.max_rows", 7)
decimal.getcontext().prec = 5
sys.setrecursionlimit(5000)
os.umask(0o77)
warnings.filterwarnings("ignore")
logging.basicConfig(level=10)
logging.getLogger("mine").setLevel(20)
_loop = asyncio.new_event_loop()
asyncio.set_event_loop(_loop)
_loop.close()
sys.stdout = io.StringIO()
sys.stdin.close()
changed = True
---
%%step look_again
_changed = changed
{LOOK}
again = [here, entries, arguments, value, settings, limits, logs]
print("heard")
""", {})  # fmt: skip


def test_what_a_step_does_to_its_process_ends_with_the_step(place: Place) -> None:
    ran = place.run(CHANGED, slots=1)
    assert ran.finished.outcome is Outcome.SUCCEEDED, [r.failure for r in ran.results.values() if r.failure]
    assert ran.value("look_again.again") == ran.value("look.seen")
    assert ran.text("look_again") == "heard\n"
    assert ran.value("look.seen")[3] == (None, True)


LEAKS = {
    "standard streams": "import sys\nsys.__stdout__ = sys.__stderr__ = None",
    "temporary folder": "import tempfile\ntempfile.tempdir = '/nowhere'",
    "paths": "import os.path\nos.path.join = os.path.exists = None",
    "library": "import contextlib, functools, re\ncontextlib.suppress = functools.partial = re.compile = None",
    "signals": "import signal\nsignal.signal(signal.SIGWINCH, print)\nsignal.setitimer(signal.ITIMER_VIRTUAL, 1000)\n"
    "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])",
    "collector": "import gc\ngc.disable()\ngc.set_threshold(1, 1, 1)\ngc.callbacks.append(print)",
    "interpreter": "import sys\nsys.setswitchinterval(10)\nsys.set_int_max_str_digits(640)\nsys.path_hooks.clear()",
    "hooks": "import sys, threading\nsys.unraisablehook = sys.breakpointhook = threading.excepthook = None",
    "modules": "import sys\ndel sys.modules['json']\nsys.modules['os'] = sys.modules['__main__'] = None",
    "all modules": "import sys\nsys.modules.clear()",
    "limits": "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))",
    "tracing": "import sys, threading\nthreading.settrace(print)\nsys.setprofile(lambda *_: None)",
    "patches": "import socket, threading\nsocket.getdefaulttimeout = socket.socketpair = threading.enumerate = None",
    "methods": "import socket\nsocket.socket.send = socket.socket.sendall = socket.socket.recv_into = None",
    "variables": "import os\nos.putenv('NBFLOW_TEST', 'left')\nos.unsetenv('PATH')",
    "builtins": "import builtins\nbuiltins.nbflow_test = 5",
    "made up": "import sys, types\nsys.modules |= {'asyncio': 5, 7: 8, 'nbflow_test': types.ModuleType('nbflow_test')}",
    "evil": "import sys\nclass Evil:\n    def __getattr__(self, name):\n        raise KeyboardInterrupt(name)\n"
    "sys.modules |= {name: Evil() for name in ('numpy', 'pandas', 'matplotlib', 'asyncio', 'decimal', 'torch')}",
    "finder": "import sys\nclass Finder:\n    def find_spec(*_):\n        raise RuntimeError\n"
    "sys.meta_path[:0], sys.meta_path[9:] = [Finder], [Finder()]",
    "main": "import sys, types\nclass Main(types.ModuleType):\n    pass\nsys.modules['__main__'].__class__ = Main",
    "processors": "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})",
    "stacks": "import gc, threading\nthreading.stack_size(1 << 18)\ngc.set_debug(gc.DEBUG_SAVEALL)",
    "loggers": "import logging\nlogging.raiseExceptions = False\nlogging.addLevelName(10, 'D')\n"
    "logging.setLoggerClass(type('Mine', (logging.Logger,), {}))\n_new = logging.getLogger('nbflow_test')\n"
    "_new.addHandler(logging.StreamHandler())\n_new.setLevel(10)",
    "reducers": "import copyreg\ncopyreg.dispatch_table[frozenset] = lambda one: (frozenset, ([1],))",
}
LASTING = {
    "priority": "import os\nos.nice(1)",
    "hard limits": "import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))",
    "hook": "import sys\nsys.addaudithook(lambda *_: None)",
    "library": "import json\njson.JSONEncoder.item_separator = 'patched'",
}
"""Cannot be undone, so that the process does no other task."""
LOOK_AT_ALL = """import builtins, contextlib, copyreg, functools, gc, json, logging, os.path, re, resource, signal
import socket, subprocess, sys, tempfile, threading, types
def look():
    new = logging.getLogger("nbflow_test")
    table = [name for name in ("asyncio", "torch", "nbflow_test", 7) if name in sys.modules]
    finders = [one for one in sys.meta_path if "Finder" in repr(one) and "importlib" not in repr(one)]
    printed = subprocess.run(["/bin/sh", "-c", "echo $NBFLOW_TEST $PATH"], stdout=subprocess.PIPE).stdout
    logs = [logging.raiseExceptions, logging.getLevelName(10), type(new).__name__, new.handlers, new.level]
    rest = [hasattr(builtins, "nbflow_test"), table, len(finders), printed, type(sys.modules["__main__"]), logs]
    rest += [len(os.sched_getaffinity(0)), threading.stack_size(), gc.get_debug(), frozenset in copyreg.dispatch_table]
    rest += [os.getpriority(0, 0), resource.getrlimit(resource.RLIMIT_CORE), json.JSONEncoder.item_separator]
    rest += [one is None for one in (socket.getdefaulttimeout, socket.socketpair, threading.enumerate)]
    modules = [sys.modules.get(name) is not None for name in ("json", "os", "__main__", "contextlib")]
    functions = [os.path.join, os.path.exists, contextlib.suppress, functools.partial, re.compile]
    hooks = [sys.unraisablehook, sys.breakpointhook, threading.excepthook, sys.__stdout__, sys.__stderr__]
    signals = [signal.getsignal(one) is print for one in signal.valid_signals()]
    timers = [signal.getitimer(one)[0] > 0 for one in (signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)]
    tracing = [threading.gettrace(), threading.getprofile(), sys.gettrace(), sys.getprofile()]
    return repr([
        modules, [one is None for one in (*functions, *hooks)], signals, timers, tracing, tempfile.gettempdir(),
        signal.pthread_sigmask(signal.SIG_BLOCK, []), gc.isenabled(), gc.get_threshold(), len(gc.callbacks),
        sys.getswitchinterval(), sys.get_int_max_str_digits(), len(sys.path_hooks),
        resource.getrlimit(resource.RLIMIT_FSIZE), rest,
    ])"""


def test_no_task_sees_what_the_task_before_did_to_their_process(place: Place) -> None:
    leaks = {**LEAKS, **LASTING}
    cells = [LOOK_AT_ALL, "%%step before\nseen = look()"]
    for number, body in enumerate(leaks.values()):
        cells.append(
            f"%%step leak{number} --after {f'see{number - 1}' if number else 'before'}\n{body}\ndone{number} = 1"
        )
        cells.append(f"%%step see{number}\n_done = done{number}\nnow{number} = look()\nprint('heard')")
    ran = place.run(Shape("leaks", "\n---\n".join(cells), {}), slots=1)
    assert ran.finished.outcome is Outcome.SUCCEEDED, [r.failure for r in ran.results.values() if r.failure]
    seen = ran.value("before.seen")
    for number, name in enumerate(leaks):
        assert (name, ran.value(f"see{number}.now{number}")) == (name, seen)
        assert ran.text(f"see{number}") == "heard\n"


ORDINARY = {
    "settings": "import os, warnings\nwarnings.simplefilter('ignore')\nos.environ['A'] = '1'\nos.chdir('/')",
    "imports": "import colorsys, pandas as pd, resource\npd.options.display.width = 60\nclass A:\n    x = 1\nA.x = 2",
    "figures": "import matplotlib.pyplot as plt\nplt.rcParams['font.size'] = 7\nplt.plot([1])\nplt.close()",
    "processes": "import subprocess, multiprocessing\nsubprocess.run('true')\nwith multiprocessing.Pool(1) as _p:\n"
    "    _p.map(len, ['a'])",
    "limits": "import resource\n_was = resource.getrlimit(resource.RLIMIT_CORE)\n"
    "resource.setrlimit(resource.RLIMIT_CORE, (0, _was[1]))",
    "failure": "try:\n    raise SystemExit\nexcept SystemExit:\n    pass",
}


def test_a_worker_does_one_task_after_another_until_it_cannot_be_as_before(place: Place) -> None:
    bodies = [*ORDINARY.values(), *LASTING.values()]
    cells = [
        "import os",
        *(
            f"%%step s{n}{f' --after s{n - 1}' if n else ''}\npid{n} = os.getpid()\n{body}"
            for n, body in enumerate(bodies)
        ),
    ]
    ran = place.run(Shape("replaced", "\n---\n".join(cells), {}), slots=1)
    assert ran.finished.outcome is Outcome.SUCCEEDED, [r.failure for r in ran.results.values() if r.failure]
    pids = [ran.value(f"s{n}.pid{n}") for n in range(len(bodies))]
    assert len(set(pids[: len(ORDINARY) + 1])) == 1
    assert len(set(pids)) == len(LASTING)


AWAITING = {
    "top": "v = await add(1, 2)",
    "expression": "v = [await add(i, 1) for i in range(3)]",
    "comprehension": "v = [i async for i in count(3)]",
    "loop": "v = 0\nasync for _i in count(4):\n    v += _i",
    "manager": "async with Opened() as _o:\n    v = _o",
    "gather": "v = await asyncio.gather(*[add(i, 1) for i in range(3)])",
    "task": "_t = asyncio.create_task(add(2, 2))\nv = await _t",
    "run": "v = asyncio.run(add(1, 2))",
    "runner": "with asyncio.Runner() as _r:\n    v = _r.run(add(2, 2))",
    "new_loop": "_l = asyncio.new_event_loop()\nv = _l.run_until_complete(add(2, 3))\n_l.close()",
    "thread": "v = []\n_t = threading.Thread(target=lambda: v.append(asyncio.run(add(3, 3))))\n_t.start()\n_t.join()",
    "timeout": "try:\n    await asyncio.wait_for(asyncio.sleep(60), 0.01)\nexcept TimeoutError:\n    v = 'late'",
    "nested": "async def _f():\n    return await add(5, 5)\nv = await _f()",
}
EXPECTED = {
    "top": 3,
    "expression": [1, 2, 3],
    "comprehension": [0, 1, 2],
    "loop": 6,
    "manager": 5,
    "gather": [1, 2, 3],
    "task": 4,
    "run": 3,
    "runner": 4,
    "new_loop": 5,
    "thread": [6],
    "timeout": "late",
    "nested": 10,
}
SHOWN = "%%step shown\nprint('first')\nawait add(20, 22)"
FAILING = "%%step failing\nx = await add(1, 'a')"


@pytest.fixture(scope="module")
def awaited(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    cells = [IMPORTS, *(f"%%step {name}\n{body}\n{name}_v = v" for name, body in AWAITING.items()), SHOWN, FAILING]
    return Place(tmp_path_factory.mktemp("awaiting")).run(Shape("awaiting", "\n---\n".join(cells), {}))


@pytest.mark.parametrize("name", AWAITING)
def test_a_step_awaits_and_runs_loops(name: str, awaited: Ran) -> None:
    assert awaited.value(f"{name}.{name}_v") == EXPECTED[name]


def test_the_value_of_an_awaiting_last_line_is_shown(awaited: Ran) -> None:
    (result,) = [result for task, result in awaited.results.items() if str(task) == "shown"]
    assert [one.get("text") or one["data"]["text/plain"] for one in result.outputs] == ["first\n", "42"]


def test_the_frames_of_an_awaiting_step_are_those_of_the_notebook(awaited: Ran) -> None:
    (failed,) = [event for event in awaited.events if isinstance(event, TaskFailed)]
    assert failed.failure.kind is FailureKind.ERROR
    assert [frame.source for frame in failed.failure.frames] == ["x = await add(1, 'a')", "return a + b"]


def test_leaving_and_asking_are_refused_in_words(place: Place) -> None:
    cells = [
        "from getpass import getpass",
        *(f"%%step a{n}\n{call}" for n, call in enumerate(["exit()", "quit(2)", "raise SystemExit('enough')"])),
        *(f"%%step b{n}\nx{n} = {call}" for n, call in enumerate(["input()", "getpass()", "getpass('who')"])),
    ]
    ran = place.run(Shape("leaving", "\n---\n".join(cells), {}))
    told = {event.task.step: event.failure.message for event in ran.events if isinstance(event, TaskFailed)}
    assert {step: text.partition(",")[0] for step, text in told.items() if step[0] == "a"} == {
        "a0": "step 'a0' called exit()",
        "a1": "step 'a1' called exit(2)",
        "a2": "step 'a2' called exit('enough')",
    }
    assert {told[f"b{n}"] for n in range(3)} == {
        "a step cannot read standard input: make the value a parameter in the %%parameters cell"
    }


def test_options_that_libraries_keep_are_put_back_one_by_one() -> None:
    options = pytest.importorskip("matplotlib").rcParams
    pandas = pytest.importorskip("pandas")
    drawn, rows = dict.copy(options), pandas.get_option("display.max_rows")
    kept = Surroundings()
    options["lines.linewidth"] = 9
    dict.pop(options, "font.size")
    pandas.set_option("display.max_rows", rows + 1)
    kept.restore()
    assert dict(dict.items(options)) == drawn
    assert pandas.get_option("display.max_rows") == rows
