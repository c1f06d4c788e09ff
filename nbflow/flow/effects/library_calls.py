"""Decides which calls into libraries change the process: an option, the environment, the import path, a registry."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Definition

_KNOWN = frozenset(
    (
        *("os.putenv", "os.unsetenv", "os.chdir", "os.umask", "os.makedirs", "os.nice", "time.tzset", "gc.disable"),
        *("csv.field_size_limit", "dotenv.load_dotenv", "locale.setlocale", "logging.basicConfig", "logging.disable"),
        *("logging.captureWarnings", "logging.addLevelName", "logging.shutdown", "matplotlib.rc", "matplotlib.use"),
        *("matplotlib.pyplot.rc", "matplotlib.pyplot.rcdefaults", "matplotlib.pyplot.ion", "matplotlib.pyplot.ioff"),
        *("matplotlib.rcdefaults", "matplotlib.pyplot.set_cmap", "matplotlib.pyplot.set_loglevel", "mlflow.autolog"),
        *("matplotlib.pyplot.switch_backend", "matplotlib.pyplot.xkcd", "seaborn.color_palette.set", "copyreg.pickle"),
        *("nest_asyncio.apply", "jax.config.update", "mimetypes.add_type", "codecs.register", "gc.set_threshold"),
        *("tqdm.tqdm.pandas", "tqdm.auto.tqdm.pandas", "tqdm.notebook.tqdm.pandas", "gc.freeze", "gc.enable"),
        *("numpy.seterr", "numpy.seterrcall", "warnings.resetwarnings", "faulthandler.enable", "sys.path_hooks.insert"),
        *("signal.signal", "os.mkdir"),
        *(
            "sympy.init_printing",
            "pandarallel.pandarallel.initialize",
            "swifter.register_modin",
            "numexpr.set_num_threads",
        ),
    )
)
_VERBS = frozenset(
    (
        *("set", "use", "enable", "disable", "register", "unregister", "deregister", "filter", "simplefilter"),
        *("filterwarnings", "reset", "configure", "config", "install", "uninstall", "activate", "deactivate", "apply"),
        *("patch", "unpatch", "suppress", "setup", "switch", "prefer", "rc", "capture", "basic", "autolog"),
    )
)
_CONTAINER = frozenset(
    (
        *("update", "append", "insert", "extend", "pop", "remove", "clear", "setdefault", "add", "discard", "popitem"),
        *("reverse", "sort", "appendleft"),
    )
)
_OF_OBJECTS = frozenset({"set_node_attributes", "set_edge_attributes", "set_value", "setp"})
"""The functions that set something in the object that they are given."""

_FIGURES = frozenset({"gca", "gcf", "get_current_fig_manager", "get_fignums"})
_RANDOM = frozenset({"seed", "set_seed", "manual_seed", "manual_seed_all", "set_state", "setstate", "set_random_seed"})
_BEFORE_IMPORTS = re.compile(r"\b(?:sys\.|path\b|environ\b|putenv\b|chdir\b|use\(|\w*warnings\b|simplefilter\b)")
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


def starts_getter(origin: str) -> bool:
    """Return whether a call returns an object that the library keeps: `logging.getLogger`, `decimal.getcontext`."""
    last = origin.rpartition(".")[2]
    return last.startswith("get") and last not in _FIGURES


def sets_process(
    origin: str, *, assigned: bool = False, decorating: bool = False, call: ast.Call | None = None, asks: bool = False
) -> bool:
    """Return whether calling the function with this origin changes the process.

    Libraries name such functions with a verb: `set_option`, `use`, `filterwarnings`, `register_…`. `assigned` says that
    the statement keeps the value of the call; `asks` says that it has tested whether the object it makes exists.
    """
    outer, _, last = origin.rpartition(".")
    if not outer or last in _RANDOM | _OF_OBJECTS or not (asks or _may_be_repeated(origin, call)):
        return False
    first = _first_word(last)
    if decorating:
        return first in ("register", "deregister")
    if assigned:
        return origin in _KNOWN or first == "set" or last in ("filterwarnings", "simplefilter")
    if origin in _KNOWN:
        return True
    if outer == "matplotlib.pyplot" or (outer.startswith("IPython") and first != "set"):
        return False  # it draws or shows
    if last in _CONTAINER or first == "add":
        return "." in outer  # `os.environ.update`, not `numpy.append`
    return first in _VERBS or last.startswith(("set", "reset", "filter"))


def makes_folder(call: ast.Call, *, asks: bool) -> bool:
    """Return whether a call is `PATH.mkdir(exist_ok=True)`, which each worker may repeat."""
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr == "mkdir"
    return is_method and (asks or any(one.arg == "exist_ok" for one in call.keywords))


def asks_whether_it_is_there(node: ast.stmt) -> bool:
    """Return whether a statement makes something only if it does not exist yet, or accepts that it exists."""
    if isinstance(node, ast.Try):
        return any(handler.type is None or "Error" in ast.unparse(handler.type) for handler in node.handlers)
    tests = (one.test for one in every_node(node) if isinstance(one, ast.If))
    return any(re.search(r"\b(exists|isdir|is_dir)\(", ast.unparse(test)) for test in tests)


def _may_be_repeated(origin: str, call: ast.Call | None) -> bool:
    """Return whether a call may be repeated: a worker can make a folder only where it may exist already."""
    if origin not in ("os.makedirs", "os.mkdir"):
        return True
    return call is not None and any(one.arg == "exist_ok" for one in call.keywords)


def concerns_imports(definition: Definition) -> bool:
    """Return whether a setting must precede the imports below it: the import path, the environment, a backend."""
    return definition.setting and bool(_BEFORE_IMPORTS.search(definition.source))


def import_folders(definitions: Iterable[Definition]) -> Iterator[str]:
    """Yield the folders that settings add to the import path in literals, relative to the notebook's folder."""
    for definition in definitions:
        if definition.setting and "path" in definition.source:
            nodes = [*every_node(ast.parse(definition.source))]
            yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
            if "parent" in definition.source or "dirname" in definition.source:
                yield ".."


def environment_names(definitions: Iterable[Definition]) -> frozenset[str]:
    """Return the environment variables that settings change, if their text shows it."""
    sources = [one.source for one in definitions if one.setting and re.search("environ|putenv|unsetenv", one.source)]
    found: set[str] = set()
    for node in (node for source in sources for node in every_node(ast.parse(source))):
        match node:
            case ast.Constant(value=str(name)) | ast.keyword(arg=str(name)):
                found.add(name)
    return frozenset(found)


def _first_word(name: str) -> str:
    words = _WORD.findall(name)
    return words[0].lower() if words else ""
