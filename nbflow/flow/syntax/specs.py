"""Represents steps and parameters as the user wrote them, and the flow that they are part of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from nbflow.flow.names.holding import Holding
from nbflow.flow.source.cell import NOWHERE, Cell, Place, Problem
from nbflow.flow.syntax.definition import Prelude, Scratch


@dataclass(frozen=True, slots=True)
class Foreach:
    """Represents `--foreach VAR in EXPR`: the step runs once per item, with VAR bound to the item."""

    var: str
    expr: str
    reads: frozenset[str] = frozenset()  # free names of EXPR
    code: str = ""  # for a FlowSpec step: digest of the class constant that it iterates over, or ""


class Comparison(StrEnum):
    """Says how a guard tests its name."""

    EQUALS = "equals"
    TRUE = "true"
    FALSE = "false"
    ELSE = "else"  # true if no guard above on the same name was true


@dataclass(frozen=True, slots=True)
class Guard:
    """Represents `--if NAME == LITERAL`, `--if NAME`, `--if not NAME` or `--else NAME`: it decides if the step runs."""

    name: str
    test: Comparison
    literal: object = None

    def holds(self, value: object, others: Iterable[Guard] = ()) -> bool:
        """Return whether the step runs. `others` are the `--if` guards that an `--else` belongs to."""
        match self.test:
            case Comparison.EQUALS:
                return bool(value == self.literal)
            case Comparison.TRUE:
                return bool(value)
            case Comparison.FALSE:
                return not value
            case Comparison.ELSE:
                return not any(other.holds(value) for other in others)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Represents `--allow-failures N` or `P%`: how many foreach tasks may fail without stopping the run."""

    count: int = 0
    percent: float | None = None

    def limit(self, tasks: int) -> int:
        """Return how many of this number of tasks may fail."""
        return self.count if self.percent is None else int(tasks * self.percent / 100)


class CacheMode(StrEnum):
    """Says when the stored result of a step is used again."""

    AUTO = "auto"  # reuse it while the key is the same
    OFF = "off"  # always run
    PIN = "pin"  # never run again without being asked
    TTL = "ttl"  # as `auto`, until the result is too old


@dataclass(frozen=True, slots=True)
class Cache:
    """Represents `--cache`: the mode, and the maximal age for the mode TTL."""

    mode: CacheMode = CacheMode.AUTO
    ttl: timedelta | None = None


@dataclass(frozen=True, slots=True)
class MemoryAsked:
    """Represents `--memory 4GB`, or `--memory 4GB!`: the bytes that a task needs, and whether it gets no more."""

    size: int
    is_limit: bool = False


class Site(StrEnum):
    """Says where the tasks of a step run in a run that has a cluster."""

    LOCAL = "local"  # on the machine that drives the run
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Options:
    """Says how a step runs. Only `seed` changes what its body computes."""

    cache: Cache = Cache()
    watch: tuple[str, ...] = ()
    seed: int | None = None
    retry: int = 0
    retry_wait: float = 0.0  # seconds before each further attempt
    timeout: float | None = None  # seconds
    allow_failures: Allowance | None = None
    cpu: int = 1
    gpu: int = 0
    memory: MemoryAsked | None = None
    on: Site | None = None
    background: bool = False
    env: tuple[str, ...] | None = None  # requirements and files; None if neither the step nor the flow has any


class NextKind(StrEnum):
    """Names the forms of `self.next(…)` in a Metaflow-mode cell or a FlowSpec method."""

    LINEAR = "linear"
    BRANCH = "branch"
    FOREACH = "foreach"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class Next:
    """Represents a `self.next(…)`: its form and the steps that it leads to."""

    kind: NextKind
    targets: tuple[str, ...]
    foreach: str | None = None  # the artifact that is iterated over
    condition: str | None = None  # the artifact that a switch tests
    cases: tuple[tuple[object, str], ...] = ()  # (literal, target)


@dataclass(frozen=True, slots=True)
class StepSource:
    """Holds the body of a step as it is written, and what it says as a whole."""

    body: str = ""
    body_line: int = 2  # the cell line on which the body starts
    code: str = ""  # digest of the body's AST, without layout, comments and docstrings
    modules: frozenset[str] = frozenset()  # modules that the body itself imports
    language: str = ""  # in which the cell is written; "" for Python, "sql" and others for a body that was translated
    connection: str = ""  # for SQL: the name of the database connection on which it runs
    star_line: int = 0  # the body line of an `import *`, which no step may contain; 0 for none


@dataclass(frozen=True, slots=True)
class StepNames:
    """Says what the body of a step does to names. A FlowSpec step sees every artifact above, so it may read fewer."""

    reads: frozenset[str] = frozenset()  # names that the body needs from elsewhere
    # names it uses, but may have bound itself, or that only a function mentions
    maybe_reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()  # its artifacts, including mutated inputs and the foreach variable
    maybe_writes: frozenset[str] = frozenset()  # the artifacts that a run of the body may leave unbound
    passing: frozenset[str] = frozenset()  # names bound in passing: they are artifacts only if a step below reads them
    maybe_passing: frozenset[str] = frozenset()  # those in `passing` that a run of the body may leave unbound
    ends: frozenset[str] = frozenset()  # names that it deletes
    maybe_ends: frozenset[str] = frozenset()  # names that it deletes on some path only
    imports: frozenset[tuple[str, str]] = frozenset()  # for names in `passing`: (name, what the import binds it to)
    mentions: frozenset[str] = frozenset()  # free names of the body, also those that `--in` leaves out; never `self.…`
    mutates: frozenset[str] = frozenset()  # the names in `writes` that it changes in place and never assigns
    holds: tuple[Holding, ...] = field(default=(), compare=False)  # functions that its artifacts may hold


@dataclass(frozen=True, slots=True)
class Randomness:
    """Says what the body of a step does to random generators, as far as the source shows it."""

    seeds: frozenset[str] = frozenset()  # the generators whose state it sets
    draws: frozenset[str] = frozenset()  # the generators that it draws from


@dataclass(frozen=True, slots=True)
class ControlFlow:
    """Says when a step runs and how often, and where it leads."""

    after: tuple[str, ...] = ()
    foreach: Foreach | None = None
    join: str | None = None
    guard: Guard | None = None
    loop: str | None = None  # `--while NAME`
    next: Next | None = None  # its `self.next(…)`


@dataclass(frozen=True, slots=True)
class MethodFacts:
    """Says what only a method of a FlowSpec can do."""

    dynamic: bool = False  # it reads artifacts that its source does not name
    merges: bool = False  # `merge_artifacts` looks at every artifact of the inputs
    catch: bool = False  # a failure after all retries becomes an artifact


@dataclass(frozen=True, slots=True)
class StepSpec:
    """Represents one step as one cell states it. The graph, not the step, knows which step feeds which."""

    name: str
    place: Place
    source: StepSource = StepSource()
    cell_id: str = ""
    doc: str = ""  # the markdown above the cell
    names: StepNames = StepNames()
    random: Randomness = Randomness()
    control: ControlFlow = ControlFlow()
    options: Options = Options()
    metaflow: bool = False  # a Metaflow-mode cell: only `self.*` are artifacts
    method: MethodFacts = MethodFacts()

    def names_in(self, *, split: bool) -> frozenset[str]:
        """Return the names that the foreach and the guard of the header use (`split`), or those that the body uses."""
        if not split:
            return self.names.mentions | self.names.reads | self.names.maybe_reads
        guard, foreach = self.control.guard, self.control.foreach
        return frozenset({guard.name} if guard else ()) | (foreach.reads if foreach else frozenset())


class ParameterType(StrEnum):
    """Names the types that a parameter can have."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    STR = "str"
    LIST = "list"
    TUPLE = "tuple"
    DICT = "dict"
    DATE = "date"
    DATETIME = "datetime"
    PATH = "Path"
    FILE = "File"


COLLECTIONS = (ParameterType.LIST, ParameterType.TUPLE, ParameterType.DICT)


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """Represents a parameter such as `genre: str = "Sci-Fi"  # genre to pick`.

    The default is already parsed. A parameter without a default is `required`.
    """

    name: str
    type: ParameterType
    default: object = None
    help: str = ""
    required: bool = False
    optional: bool = False  # annotated `Optional[T]` or `T | None`
    choices: tuple[object, ...] = ()  # of a `Literal[…]`
    place: Place = NOWHERE


@dataclass(frozen=True)
class FlowSource:
    """Holds everything that a document says: its steps in document order, parameters, prelude, and statements that no
    step can see.
    """

    name: str
    document: str
    steps: tuple[StepSpec, ...] = ()
    parameters: tuple[ParameterSpec, ...] = ()
    prelude: Prelude = field(default_factory=Prelude)
    scratch: tuple[Scratch, ...] = ()
    problems: tuple[Problem, ...] = ()  # what could not be read at all: syntax errors, mistakes in headers
    cells: tuple[Cell, ...] = field(default=(), repr=False)
    id: str = ""  # in the metadata of the notebook: it stays when the file is renamed
