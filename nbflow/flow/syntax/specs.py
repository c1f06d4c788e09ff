"""Steps and parameters as the user wrote them, and the flow that they are part of."""

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
    """`--foreach VAR in EXPR`: the step runs once per item, VAR bound to the item."""

    var: str
    expr: str
    reads: frozenset[str] = frozenset()  # free names of EXPR
    code: str = ""  # of a flowing step: digest of the class constant that it goes over, if it is one


class Comparison(StrEnum):
    """How a guard looks at its name."""

    EQUALS = "equals"
    TRUE = "true"
    FALSE = "false"
    ELSE = "else"  # none of the guards above it on the same name held


@dataclass(frozen=True, slots=True)
class Guard:
    """`--if NAME == LITERAL | --if NAME | --if not NAME | --else NAME`: whether the step runs at all."""

    name: str
    test: Comparison
    literal: object = None

    def holds(self, value: object, others: Iterable[Guard] = ()) -> bool:
        """Whether the step runs; `others` are the `--if` guards that an ELSE answers to."""
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
    """`--allow-failures N` or `P%`: how many foreach tasks may fail without stopping the run."""

    count: int = 0
    percent: float | None = None

    def limit(self, tasks: int) -> int:
        return self.count if self.percent is None else int(tasks * self.percent / 100)


class CacheMode(StrEnum):
    AUTO = "auto"  # reuse while the key holds
    OFF = "off"  # always run
    PIN = "pin"  # never run again by itself
    TTL = "ttl"  # as auto, until it is too old


@dataclass(frozen=True, slots=True)
class Cache:
    mode: CacheMode = CacheMode.AUTO
    ttl: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How a step runs; nothing here changes what it means, except `seed`."""

    cache: Cache = Cache()
    watch: tuple[str, ...] = ()
    seed: int | None = None
    retry: int = 0
    retry_wait: float = 0.0  # seconds before each further attempt
    timeout: float | None = None  # seconds
    allow_failures: Allowance | None = None
    cpu: int = 1
    memory: int | None = None  # bytes
    background: bool = False


class NextKind(StrEnum):
    """The forms of `self.next(…)` in a Metaflow-mode cell or a FlowSpec method."""

    LINEAR = "linear"
    BRANCH = "branch"
    FOREACH = "foreach"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class Next:
    kind: NextKind
    targets: tuple[str, ...]
    foreach: str | None = None  # the artifact iterated over
    condition: str | None = None  # the artifact a switch looks at
    cases: tuple[tuple[object, str], ...] = ()  # (literal, target)


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One step, as one cell states it. Which step feeds which is the graph's business, not the step's."""

    name: str
    place: Place
    body: str
    body_line: int = 2  # the cell line of the body's first line
    cell_id: str = ""
    doc: str = ""  # the markdown above the cell
    reads: frozenset[str] = frozenset()  # names the body needs from elsewhere
    maybe_reads: frozenset[str] = frozenset()  # names it uses, but may have bound itself or only a function mentions
    writes: frozenset[str] = frozenset()  # its artifacts, including mutated inputs and the foreach variable
    maybe_writes: frozenset[str] = frozenset()  # the artifacts that a run of the body may leave unbound
    passing: frozenset[str] = frozenset()  # names bound in passing: artifacts where a step below asks for them
    maybe_passing: frozenset[str] = frozenset()  # those that a run of the body may leave unbound
    ends: frozenset[str] = frozenset()  # names that it deletes
    maybe_ends: frozenset[str] = frozenset()  # names that it deletes on some path only
    imports: frozenset[tuple[str, str]] = frozenset()  # of `passing`: (name, what its import gives it)
    seeds: frozenset[str] = frozenset()  # the random generators whose state it sets
    draws: frozenset[str] = frozenset()  # those that it draws from, as far as the source tells
    holds: tuple[Holding, ...] = field(default=(), compare=False)  # functions that its artifacts may hold
    after: tuple[str, ...] = ()
    foreach: Foreach | None = None
    join: str | None = None
    guard: Guard | None = None
    loop: str | None = None  # `--while NAME`
    options: Options = Options()
    metaflow: bool = False  # a Metaflow-mode cell: only `self.*` are artifacts
    next: Next | None = None  # its `self.next(…)`
    code: str = ""  # digest of the body's AST, blind to layout, comments and docstrings
    modules: frozenset[str] = frozenset()  # modules that the body itself imports
    mentions: frozenset[str] = frozenset()  # free names of the body, whatever `--in` says; never `self.…`
    star_line: int = 0  # the body line of an `import *`, which no step may hold
    mutates: frozenset[str] = frozenset()  # those of `writes` that it changes in place and never assigns
    flowing: bool = False  # a FlowSpec method: whatever is visible above flows in; `reads` may name more than it reads
    dynamic: bool = False  # of a flowing step: it reads artifacts that its source does not name
    merges: bool = False  # of a flowing step: `merge_artifacts` looks at every artifact of the inputs
    catch: bool = False  # of a flowing step: a failure that is left after all retries becomes an artifact

    def names_in(self, *, split: bool) -> frozenset[str]:
        """Every name that the split of a foreach uses, for its expression and its guard; or else the body."""
        if not split:
            return self.mentions | self.reads | self.maybe_reads
        of_guard = frozenset({self.guard.name} if self.guard else ())
        return of_guard | (self.foreach.reads if self.foreach else frozenset())


class ParameterType(StrEnum):
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    STR = "str"
    LIST = "list"
    DICT = "dict"
    DATE = "date"
    DATETIME = "datetime"
    PATH = "Path"
    FILE = "File"


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """`genre: str = "Sci-Fi"  # genre to pick`. The default is already parsed; `required` when there is none."""

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
    """Everything a document says: steps in document order, parameters, prelude, and what no step can see."""

    name: str
    document: str
    steps: tuple[StepSpec, ...] = ()
    parameters: tuple[ParameterSpec, ...] = ()
    prelude: Prelude = field(default_factory=Prelude)
    scratch: tuple[Scratch, ...] = ()
    problems: tuple[Problem, ...] = ()  # what could not even be read: syntax errors, header typos
    cells: tuple[Cell, ...] = field(default=(), repr=False)
