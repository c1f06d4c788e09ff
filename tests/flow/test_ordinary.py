"""Statements of ordinary cells that change what the prelude defines, and the process."""

from __future__ import annotations

import pickle

import pytest

from tests.flow.reading import flow_of, graph_of, problems_of, writers

CHANGES = [
    ("C = {}", "C['a'] = 1", {"C"}),
    ("C = {'a': {}}", "C['a']['b'] = 1", {"C"}),
    ("C = {'a': 1}", "del C['a']", {"C"}),
    ("C = {}", "C.update(a=1)", {"C"}),
    ("C = {}", "C |= {1: 2}", set()),  # binds it anew
    ("L = []", "L.append(1)", {"L"}),
    ("L = []", "for k in range(3):\n    L.append(k)", {"L"}),
    ("L = []", "[L.append(k) for k in range(3)]", {"L"}),
    ("L = []", "L[:] = [1, 2]", {"L"}),
    ("L = []", "if 1 < 2:\n    L.append(1)", {"L"}),
    ("L = []", "try:\n    L.append(1)\nexcept ValueError:\n    pass", {"L"}),
    ("L = [3, 1]", "x = L.pop()", {"L"}),
    ("L = [3, 1]", "L.reverse()", {"L"}),
    ("import heapq\nL = [3, 1]", "heapq.heapify(L)", {"L"}),
    ("from bisect import insort\nL = [3, 1]", "insort(L, 2)", {"L"}),
    ("S = set()", "S.add(1)", {"S"}),
    ("S = set()", "S.discard(1)", {"S"}),
    ("from types import SimpleNamespace\nN = SimpleNamespace()", "N.epochs = 1", {"N"}),
    ("from types import SimpleNamespace\nN = SimpleNamespace()", "setattr(N, 'epochs', 1)", {"N"}),
    ("from types import SimpleNamespace\nN = SimpleNamespace()", "vars(N)['epochs'] = 1", {"N"}),
    ("import numpy as np\nA = np.array([1, 2])", "A[0] = 5", {"A"}),
    ("import numpy as np\nA = np.array([1, 2])", "A[0] += 5", {"A"}),
    ("import numpy as np\nA = np.array([1, 2])", "A.fill(0)", {"A"}),
    ("class A: pass", "A.extra = 5", {"A"}),
    ("class A: pass\nclass B: pass", "for cls in (A, B):\n    cls.x = 1", {"A", "B"}),
    ("class A:\n    def go(self): ...", "def patched(self): ...\nA.go = patched", {"A"}),
    ("class A:\n    @classmethod\n    def set(cls, n): cls.n = n", "A.set(3)", {"A"}),
    ("def f(): ...", "f.tag = 't'", {"f"}),
    ("def f(): ...", "f.__doc__ = 't'", {"f"}),
    ("X = 1", "del X", {"X"}),
    ("C = {'a': []}\nL = C['a']", "L.append(1)", {"L", "C"}),
    ("L = []\nC = {'a': L}", "C['a'].append(1)", {"L", "C"}),
    ("L = []\nC = {}\nC['a'] = L", "C['a'].append(1)", {"L", "C"}),
    ("REG = {}\ndef register(k, f): REG[k] = f", "register('a', len)", {"REG"}),
    ("REG = {}\nregister = lambda k, f: REG.update({k: f})", "register('a', len)", {"REG"}),
    ("REG = {}\ndef register(k): REG[k] = 1\ndef all_of(ks):\n    for k in ks: register(k)", "all_of('ab')", {"REG"}),
    ("REG = {}\ndef register(k): REG[k] = 1", "list(map(register, 'ab'))", {"REG"}),
    ("REG = {}\ndef metric(f):\n    REG[f.__name__] = f\n    return f", "@metric\ndef acc(): ...", {"REG"}),
    (
        "REG = {}\ndef named(n):\n    def add(f):\n        REG[n] = f\n        return f\n    return add",
        "@named('a')\ndef acc(): ...",
        {"REG"},
    ),
    (
        "from functools import singledispatch\n@singledispatch\ndef show(x): ...",
        "@show.register\ndef _(x: int): ...",
        {"show"},
    ),
    ("from functools import singledispatch\n@singledispatch\ndef show(x): ...", "show.register(int, print)", {"show"}),
    ("class P:\n    all = []\n    def __init_subclass__(cls): P.all.append(cls)", "class Q(P): ...", {"P"}),
    ("ALL = []\nclass P:\n    def __init_subclass__(cls): ALL.append(cls)", "class Q(P): ...", {"P", "ALL"}),
    ("class M(type):\n    def __new__(m, *a): ...\nclass P(metaclass=M): ...", "class Q(P): ...", {"P", "M"}),
    ("N = 0\ndef count():\n    global N\n    N += 1", "count()", {"N"}),
    ("def fill(d): d['a'] = 1\nC = {}", "fill(C)", {"C"}),
    ("def fill(d):\n    e = d['x']\n    e['a'] = 1\nC = {'x': {}}", "fill(C)", {"C"}),
    ("def put(d): d['a'] = 1\ndef fill(d): put(d)\nC = {}", "fill(C)", {"C"}),
]


@pytest.mark.parametrize(("before", "statement", "changes"), CHANGES)
def test_a_statement_that_changes_the_prelude_is_part_of_it(before: str, statement: str, changes: set[str]) -> None:
    flow = flow_of(f"{before}\n---\n{statement}")
    assert (flow.scratch, flow.problems) == ((), ())
    last = flow.prelude.definitions[-1]
    assert last.changes == changes
    for name in changes:
        assert last in flow.prelude.closure({name})


SETTINGS = [
    "import math\nmath.tau2 = 6.28",
    "import os\nos.environ['A'] = 'b'",
    "import os\ndel os.environ['A']",
    "import os\nos.environ.update(A='b')",
    "import os\nos.environ.setdefault('A', 'b')",
    "import os\nos.putenv('A', 'b')",
    "from os import environ\nenviron['A'] = 'b'",
    "import os\nenv = os.environ\nenv['A'] = 'b'",
    "import os\nfor k, v in {'A': '1'}.items():\n    os.environ[k] = v",
    "%env A=b",
    "%set_env A b",
    "import os\nos.makedirs('out', exist_ok=True)",
    "from pathlib import Path\nOUT = Path('out')\nOUT.mkdir(exist_ok=True)",
    "import pandas as pd\npd.set_option('display.max_rows', 7)",
    "import pandas as pd\npd.options.display.max_rows = 7",
    "import pandas as pd\nopts = pd.options\nopts.display.max_rows = 7",
    "import pandas as pd\ndef shout(df): ...\npd.DataFrame.shout = shout",
    "import pandas as pd\n@pd.api.extensions.register_dataframe_accessor('geo')\nclass Geo: ...",
    "import sqlite3\nsqlite3.register_converter('flag', lambda text: text == b'1')",
    "import sqlite3, pickle\ndef read(raw):\n    return pickle.loads(raw)\nsqlite3.register_converter('raw', read)",
    "import shutil\ndef pack(name, root, **other):\n    open(name, 'w')\nshutil.register_archive_format('x', pack)",
    "import logging\ndef made(*given):\n    return logging.LogRecord(*given)\nlogging.setLogRecordFactory(made)",
    "import matplotlib.pyplot as plt\nplt.style.use('ggplot')",
    "import matplotlib.pyplot as plt\nplt.rcParams['figure.dpi'] = 50",
    "import matplotlib.pyplot as plt\nplt.rcParams.update({'figure.dpi': 50})",
    "import matplotlib.pyplot as plt\nplt.rc('font', size=3)",
    "from pylab import rcParams\nrcParams['figure.dpi'] = 50",
    "import matplotlib\nmatplotlib.use('Agg')",
    "import seaborn as sns\nsns.set_theme(style='dark')",
    "import seaborn as sns\nsns.set()",
    "import numpy as np\nnp.set_printoptions(precision=2)",
    "import numpy as np\nold = np.seterr(all='ignore')",
    "import warnings\nwarnings.filterwarnings('ignore')",
    "from warnings import simplefilter\nsimplefilter('ignore', FutureWarning)",
    "import logging\nlogging.basicConfig(level=logging.INFO)",
    "import logging\nlogging.getLogger('a').setLevel('ERROR')",
    "import logging\nlog = logging.getLogger('a')\nlog.setLevel(logging.ERROR)",
    "import logging\nlogging.getLogger().addHandler(logging.StreamHandler())",
    "import logging\nlogging.disable(logging.CRITICAL)",
    "import sys\nsys.path.insert(0, 'lib')",
    "import sys\nsys.path += ['lib']",
    "import sys\nif 'lib' not in sys.path:\n    sys.path.append('lib')",
    "import sys\nfrom pathlib import Path\nsys.path.append(str(Path.cwd().parent))",
    "import sys\nsys.setrecursionlimit(5000)",
    "import locale\nlocale.setlocale(locale.LC_ALL, 'C')",
    "import decimal\ndecimal.getcontext().prec = 5",
    "from decimal import getcontext\ngetcontext().prec = 5",
    "from decimal import getcontext\nctx = getcontext()\nctx.prec = 5",
    "import torch\ntorch.set_num_threads(1)",
    "import torch\ntorch.backends.cudnn.deterministic = True",
    "import tensorflow as tf\ntf.get_logger().setLevel('ERROR')",
    "import jax\njax.config.update('jax_enable_x64', True)",
    "from sklearn import set_config\nset_config(transform_output='pandas')",
    "from tqdm.auto import tqdm\ntqdm.pandas()",
    "import altair as alt\nalt.data_transformers.enable('default')",
    "import plotly.io as pio\npio.templates.default = 'none'",
    "import ssl\nssl._create_default_https_context = ssl._create_unverified_context",
    "import socket\nsocket.setdefaulttimeout(3)",
    "import warnings\ndef quiet():\n    warnings.filterwarnings('ignore')\nquiet()",
    "def quiet():\n    import warnings\n    warnings.filterwarnings('ignore')\nquiet()",
    "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    import json",
    "try:\n    import seaborn as sns\n    sns.set_theme()\nexcept ImportError:\n    pass",
]


@pytest.mark.parametrize("text", SETTINGS)
def test_a_setting_of_the_process_is_done_for_every_step_below_it(text: str) -> None:
    graph = graph_of(f"%%step above\nx = 1\n---\n{text}\n---\n%%step below\ny = 1")
    assert (graph.flow.scratch, graph.flow.problems) == ((), ())
    setting = graph.prelude.definitions[-1]
    assert setting.setting
    assert setting in graph.closure("below")
    assert setting not in graph.closure("above")
    assert (graph.prelude_of("above").level, graph.prelude_of("below").level) == (0, 1)


SHOWING = [
    "print(C, len(L))",
    "C",
    "C.keys()",
    "C.get('a')",
    "sorted(L)",
    "L.index(3)",
    "len(L) + 1",
    "f(3)",
    "for x in L:\n    print(x)",
    "x = [l * 2 for l in L if g(l)]",
    "plt.plot(L)\nplt.show()",
    "fig, ax = plt.subplots()\nax.set_title('a')\nax.plot(L)",
    "plt.gca().set_title('x')",
    "plt.figure(figsize=(3, 3))",
    "with plt.style.context('dark_background'):\n    plt.plot(L)",
    "with np.printoptions(precision=2):\n    print(A)",
    "np.mean(A)",
    "np.append(A, 3)",
    "A.mean()",
    "pd.DataFrame(C)",
    "pd.DataFrame(C).head()",
    "sns.heatmap(A)",
    "os.listdir()",
    "time.sleep(0)",
    "report(L)",
    "OUT.mkdir()",
    "log.info('started')",
    "help(f)",
    "display(C)",
    "Image('a.png')",
    "%timeit f(3)",
    "!ls",
    "assert len(L) == 1",
]
BEFORE = """import os, time, logging
import numpy as np, pandas as pd, seaborn as sns, matplotlib.pyplot as plt
from pathlib import Path
from IPython.display import Image, display
C = {}
L = [3]
A = np.array([1.0])
OUT = Path('out')
log = logging.getLogger('a')
def f(n):
    found = []
    found.append(n)
    return found
def report(rows):
    lines = []
    for row in rows:
        lines.append(str(row))
    plt.plot(rows)
    plt.title('rows')
    plt.show()
    return lines
"""


@pytest.mark.parametrize("text", SHOWING)
def test_a_cell_that_only_shows_something_is_free(text: str) -> None:
    problems = problems_of(f"{BEFORE}\n---\n{text}\n---\n%%step a\ny = C, L, A, f(3), report(L), OUT, log")
    assert problems == []
    assert not any(one.setting or one.changes for one in flow_of(f"{BEFORE}\n---\n{text}").prelude.definitions)


BOARD = "class Board:\n    def corr(self):\n        self.n += 1\n    def items(self):\n        self.n += 1\n---\n"


@pytest.mark.parametrize(
    "text", ["df.value_counts()", "df.a.nunique()", "df[['a']].sample(2, random_state=0)", "df.corr()", "df.pivot('a')"]
)
def test_a_value_that_a_method_returns_is_shown_and_changes_nothing(text: str) -> None:
    assert problems_of(f"%%step a\ndf = [3]\n---\n{text}\n---\n%%step b\ny = df") == []


@pytest.mark.parametrize("text", ["df.corr()", "df.items()", "df.shuffle_rows()"])
def test_a_method_that_the_notebook_defines_may_change_its_object_whatever_it_is_called(text: str) -> None:
    (problem,) = problems_of(f"{BOARD}%%step a\ndf = Board()\n---\n{text}\n---\n%%step b\ny = df")
    assert "this changes 'df' outside of any step" in str(problem)


def closure(text: str, step: str) -> list[str]:
    return [one.source for one in graph_of(text).closure(step)]


def test_an_effect_is_seen_by_the_steps_below_it_only() -> None:
    text = "L = []\n---\n%%step a\nx = L\n---\nL.append(1)\n---\n%%step b\ny = L\n---\nL.append(2)"
    assert closure(text, "a") == ["L = []"]
    assert closure(text, "b") == ["L = []", "L.append(1)"]


def test_what_an_effect_reads_comes_along() -> None:
    text = "L = []\nN = 2\n---\nL.append(N)\n---\n%%step a\nx = L"
    assert closure(text, "a") == ["L = []", "N = 2", "L.append(N)"]


def test_an_effect_concerns_the_functions_that_read_what_it_changes() -> None:
    text = "C = {}\ndef f(): return C\n---\nC['a'] = 1\n---\n%%step a\nx = f()\n---\n%%step b\ny = 1"
    assert closure(text, "a") == ["C = {}", "def f(): return C", "C['a'] = 1"]
    assert closure(text, "b") == []


def test_of_two_definitions_a_step_sees_those_above_it() -> None:
    text = "N = 1\n---\n%%step a\nx = N\n---\nN = 2\n---\n%%step b\ny = N"
    assert closure(text, "a") == ["N = 1"]
    assert closure(text, "b")[-1] == "N = 2"


def test_a_definition_below_is_found_without_what_is_done_to_it_there() -> None:
    text = "%%step a\nx = L\n---\nL = []\n---\nL.append(1)"
    assert closure(text, "a") == ["L = []"]


def test_a_shared_cell_is_for_the_steps_below_it() -> None:
    text = "%%step a\nx = 1\n---\n%%shared\nimport json\n---\n%%step b\ny = 1"
    assert (closure(text, "a"), closure(text, "b")) == ([], ["import json"])


def test_what_depends_on_a_folder_that_changes_is_computed_once_at_its_place() -> None:
    text = "import os\nA = os.getcwd()\nB = 1\ndef f(): return os.getcwd()\nos.chdir('x')\n---\n%%step s\nx = A"
    once = {name for one in flow_of(text).prelude.definitions if one.once for name in one.names}
    assert once == {"A"}
    assert not any(one.once for one in flow_of(text.replace("os.chdir('x')", "")).prelude.definitions)


def test_an_effect_may_use_a_parameter() -> None:
    graph = graph_of("%%parameters\nn = 3\n---\nL = []\n---\nL.append(n)\n---\n%%step a\nx = L")
    assert graph.links["a"].parameters == {"n"}


def test_a_cell_that_is_timed_or_captured_is_read_as_any_other() -> None:
    text = "L = []\n---\n%%time\nL.append(1)\n---\n%%capture out\nL.append(2)\n---\n%%step a\nx = L"
    assert closure(text, "a") == ["L = []", "L.append(1)", "L.append(2)"]


def test_a_prelude_goes_to_another_process_without_what_was_computed_of_it() -> None:
    graph = graph_of("import os\nL = []\nos.environ['A'] = 'b'\n---\n%%step a\nx = L\n---\nL.append(1)")
    graph.closure("a")
    copy = pickle.loads(pickle.dumps(graph))
    assert copy.prelude_of("a").closure({"L"}) == graph.closure("a")
    assert pickle.loads(pickle.dumps(graph.prelude_of("a"))).closure({"L"}) == graph.closure("a")


TAKING = "%%step one\nnum = int\nbox = []\n---\ndef f(x: num = 1, held=box): return x\n---\n"


def test_a_function_takes_its_defaults_and_annotations_from_steps_as_they_are_where_it_is_defined() -> None:
    graph = graph_of(TAKING + "%%step two\nbox.append(1)\n---\n%%step three\ny = f()")
    assert writers(graph, "three") == {"box": ("two",), "num": ("one",)}
    assert problems_of(TAKING + "%%step two\nbox.append(1)\n---\n%%step three\ny = f()") == []


def test_a_name_that_is_bound_anew_below_the_function_that_took_it_is_refused_and_the_fix_works() -> None:
    rest = "%%step two\nnum = float\n---\n%%step three\ny = f()"
    said, _ = problems_of(TAKING + rest)  # the other says that both write it
    assert said == (
        "nb.ipynb · cell 2 `def f(x: num = 1, held=box): re…`, line 1: 'f' takes 'num' when it is defined, and step "
        "'two' binds 'num' again before step 'three' uses it. Write  %%step f_code  on top of cell 2"
    )
    assert problems_of(TAKING.replace("---\ndef", "---\n%%step f_code\ndef") + rest) == []


LIBRARIES = "import logging\nimport numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt"


@pytest.mark.parametrize(
    "body",
    [
        "d = pd.DataFrame({'a': range(n)})\n    d['b'] = 1\n    return d",
        "d = pd.read_csv(n).dropna()\n    d.columns = ['a']\n    return d",
        "d = np.zeros(n, dtype=np.float32) + np.pi\n    d[0] += 1\n    return d",
        "d = pd.DataFrame({'a': np.arange(n)})\n    d.drop(columns='a', inplace=True)\n    return d",
        "fig, ax = plt.subplots()\n    ax.name = 'a'\n    return n",
        "with pd.ExcelWriter(n) as w:\n        w.sheet = n\n    return n",
    ],
)
def test_a_function_that_fills_what_a_library_made_for_it_changes_no_process(body: str) -> None:
    flow = flow_of(f"{LIBRARIES}\n---\ndef load(n):\n    {body}\n---\nd = load(3)\n---\n%%step a\nx = d")
    assert [(one.place.cell, one.setting) for one in flow.scratch] == [(3, False)]


@pytest.mark.parametrize(
    "body",
    [
        "opts = pd.options\n    opts.display.width = n",
        "rc = plt.rcParams\n    rc['font.size'] = n",
        "log = logging.getLogger('x')\n    log.level = n",
        "for one in [pd.options]:\n        one.display.width = n",
        "opts = getattr(pd, 'options')\n    opts.display.width = n",
    ],
)
def test_a_function_that_fills_what_a_library_keeps_changes_the_process(body: str) -> None:
    flow = flow_of(f"{LIBRARIES}\n---\ndef wide(n):\n    {body}\n---\nwide(3)\n---\n%%step a\nx = 1")
    assert [one.place.cell for one in flow.prelude.definitions if one.setting] == [3]


READ_BY_CALLS = [
    ("L = []\ndef add(n): L.append(n + k)", "add(2)", "L"),
    ("L = []\ndef half(): return k / 2\ndef add(n): L.append(n + half())", "add(2)", "L"),
    ("L = []\nadd = lambda n: L.append(n + k)", "list(map(add, [1, 2]))", "L"),
    ("L = []\nclass Row:\n    def __init__(self): L.append(k)", "Row()", "L"),
    ("L = []\ndef add(): L.append(k)\ndef twice(f): f(), f()", "twice(add)", "L"),
    ("L = []\ndef add(): L.append(k)\nH = {'a': add}", "H['a']()", "L"),
]


@pytest.mark.parametrize("above", ["", "k = 1\n"])
@pytest.mark.parametrize(("before", "statement", "changed"), READ_BY_CALLS)
def test_a_call_that_reads_what_a_step_makes_must_be_in_a_step(
    before: str, statement: str, changed: str, above: str
) -> None:
    text = f"{above}{before}\n---\n%%step a\nk = 3\n---\n{statement}\n---\n%%step b\nshown = {changed}"
    said = problems_of(text)
    assert len(said) == 1
    assert f"this changes '{changed}' outside of any step; needed in step 'b'. Write  %%step" in said[0]
    assert problems_of(text.replace(f"---\n{statement}", f"---\n%%step c\n{statement}")) == []


@pytest.mark.parametrize("keep", ["H.append(show)", "H.insert(0, show)", "keep(show)"])
def test_a_function_that_is_only_kept_may_read_what_a_step_makes(keep: str) -> None:
    before = "H = []\ndef keep(f): H.append(f)\ndef show(): return k"
    assert problems_of(f"{before}\n---\n{keep}\n---\n%%step a\nk = 3\n---\n%%step b\nshown = H[0](), k") == []


@pytest.mark.parametrize(
    ("before", "computed"),
    [
        ("def key(x): return x * k", "max(1, 2, key=key)"),
        ("key = lambda x: x * k", "sorted([2, 1], key=key)"),
        ("def key(x): return x * k\nKEYS = {'a': key}", "min(1, 2, key=KEYS['a'])"),
    ],
)
def test_a_constant_whose_key_function_reads_what_a_step_makes_must_be_in_a_step(before: str, computed: str) -> None:
    text = f"k = 1\n{before}\n---\n%%step a\nk = -1\n---\nbest = {computed}\n---\n%%step b\nshown = best"
    said = problems_of(text)
    assert len(said) == 1
    assert "this computes 'best' outside of any step; needed in step 'b'. Write  %%step" in said[0]
    assert problems_of(text.replace("k = -1", "other = -1")) == []
