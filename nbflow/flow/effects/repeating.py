"""Decides whether a statement gives the same result each time, so that every worker may execute it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from nbflow.flow.effects.statement_effects import (
    DefinitionNode,
    KnownEffects,
    body_of,
    executed,
    imports_of,
    layered,
    origin_of,
)
from nbflow.flow.source.trees import every_node

_MODULES = frozenset(
    (
        *("subprocess", "requests", "urllib", "urllib3", "httpx", "aiohttp", "socket", "secrets", "uuid"),
        *("getpass", "tempfile", "sqlite3", "shutil", "glob", "boto3", "time", "http", "threading", "multiprocessing"),
        *("ipywidgets", "sqlalchemy", "psycopg2", "pymongo"),
    )
)
_FUNCTIONS = frozenset({"open", "input", "exec", "eval", "get_ipython", "breakpoint", "globals", "locals"})
_PREFIXES = (
    "read",
    "load",
    "download",
    "fetch",
    "urlopen",
    "connect",
    "scan_",
    "write",
    "save",
    "dump",
    "to_",
    "train",
)
_METHODS = frozenset({"now", "today", "utcnow", "listdir", "iterdir", "glob", "rglob", "walk", "scandir"})
_OWN_STATE = frozenset({"default_rng", "RandomState", "Random", "SystemRandom", "SeedSequence"})
_DRAWING = ("matplotlib.pyplot", "plotly.express", "seaborn")
_ALLOWED = frozenset({"dotenv.load_dotenv", "json.loads", "ast.literal_eval", "tomllib.loads", "yaml.safe_load"})
_STYLING = ("set", "use", "rc", "style", "switch", "ion", "ioff", "xkcd", "reset", "color_palette", "get_cmap", "cm")
_REGISTERING = ("register_", "unregister_")

_FRESH = re.compile(
    r"uuid\.uuid[14]|time\.(time|time_ns|ctime|perf_counter|monotonic)|datetime\.(datetime|date)\.(now|today|utcnow)"
    r"|secrets\.\w+|os\.(getpid|urandom)|tempfile\.\w+"
    r"|(random|numpy\.random)\.(?!seed|default_rng|Random|RandomState|SeedSequence)\w+"
)
"""Matches the origins of functions that return another value in each process."""


def differs_by_process(node: ast.stmt, origins: Mapping[str, str]) -> bool:
    """Return whether a statement calls something that returns another value in each process, such as `uuid4()`."""
    calls = (one for one in every_node(node) if isinstance(one, ast.Call))
    return any(_FRESH.fullmatch(origin_of(call.func, origins)) for call in calls)


def is_repeatable(node: ast.stmt, known: KnownEffects) -> bool:
    """Return whether neither the statement nor the notebook's functions that it calls depend on the world outside."""
    return all(_is_repeatable_call(call, origins) for call, origins in _calls(node, known))


def _calls(node: ast.stmt, known: KnownEffects) -> Iterator[tuple[ast.Call, Mapping[str, str]]]:
    """Yield the calls of a statement and of the functions that it reaches, with the origins of names there."""
    agenda, entered = [[*executed(node)]], set[int]()
    while agenda:
        nodes = agenda.pop()
        origins = layered(known.origins, imports_of(nodes))
        for call in (one for one in nodes if isinstance(one, ast.Call)):
            yield call, origins
            for body in () if _registers(call, origins) else _mentioned(call, known):
                if id(body) not in entered:
                    entered.add(id(body))
                    agenda.append(body_of(body))


def _registers(call: ast.Call, origins: Mapping[str, str]) -> bool:
    """Return whether a library keeps the functions that it is given, for later calls: `register_converter(…, f)`."""
    return origin_of(call.func, origins).rpartition(".")[2].startswith(_REGISTERING)


def _mentioned(call: ast.Call, known: KnownEffects) -> Iterator[DefinitionNode]:
    for part in every_node(call):
        if isinstance(part, ast.Name) and part.id in known.bodies:
            yield known.bodies[part.id]


def _is_repeatable_call(call: ast.Call, origins: Mapping[str, str]) -> bool:
    origin = origin_of(call.func, origins)
    if origin in _ALLOWED:
        return True
    match call.func:
        case ast.Name(id=name):
            last = origin.rpartition(".")[2] or name
        case ast.Attribute(attr=last):
            pass
        case _:
            return True
    if not origin and isinstance(call.func, ast.Name):
        return last not in _FUNCTIONS
    if origin.startswith(_DRAWING):
        return _is_styling(origin)
    if last in _OWN_STATE:
        return bool(call.args or call.keywords)  # without a seed it differs each time
    if origin.startswith(("random.", "numpy.random.")):
        return True  # the state of the generator determines the draw
    if origin.partition(".")[0] in _MODULES:
        return origin.startswith("time.tzset") or last.startswith(("set", "install", *_REGISTERING))
    return last not in _METHODS and not last.startswith(_PREFIXES)


def _is_styling(origin: str) -> bool:
    return any(part.startswith(_STYLING) for part in origin.split(".")[1:] if part not in ("pyplot", "express"))
