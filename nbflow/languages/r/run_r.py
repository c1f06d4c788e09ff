"""Runs a cell of R: hands over its inputs, evaluates its code, and takes its results."""

from __future__ import annotations

import random
import re
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nbflow.errors import RFailed, ROutputMissing
from nbflow.languages.cell_place import LeadingTo, place_of_call, raised_at
from nbflow.languages.r.r_process import perform_in_r
from nbflow.languages.r.r_vector import NULL, RVector, list_vector, read_vector, text_vector, write_vector
from nbflow.languages.r.values_from_r import from_r
from nbflow.languages.r.values_to_r import to_r
from nbflow.run.program.rscript import find_rscript
from nbflow.run.task.join_inputs import JoinInputs


@dataclass(frozen=True)
class RSource:
    """Holds code of R, the name that tracebacks show for its cell, and the line of the cell on which it begins."""

    code: str
    name: str = "R"
    line: int = 1


def r_code(code: str) -> RSource:
    """Return code that several calls of `run_r` share. It begins on the line of this call."""
    return RSource(code, *place_of_call())


def run_r(
    code: str,
    values: Mapping[str, object],
    out: Sequence[str] = (),
    *,
    shared: Sequence[RSource] = (),
    seeded: bool = False,
) -> tuple[Any, ...]:
    """Evaluate R code in a process of its own.

    Args:
        code: The code. It begins on the line of this call, to which its errors lead.
        values: Values that R gets, by the names of its variables. Of the tasks of a join, R gets as a list of lists
            what the code names.
        out: The variables to return.
        shared: Code that is evaluated before.
        seeded: Whether R draws the same random numbers whenever Python's `random` is in the same state.

    Returns:
        The values of the variables in `out`.

    Raises:
        NotForR: A value cannot be one of R, or NotForPython the other way round.
        RFailed: The code ends with an error, or cannot be read.
        ROutputMissing: The code does not bind a variable.
        REnded: R ends before the code does.
        RMissing: R is not installed.
    """
    place = place_of_call()
    with LeadingTo(*place):
        found = vectors_of(RSource(code, *place), values, out, shared, _seed() if seeded else None)
        return tuple(from_r(found[one], one) for one in out)


def _seed() -> int:
    """Return a seed that follows from the state of Python's generator, and leave that as it is."""
    return zlib.crc32(repr(random.getstate()).encode()) >> 1


def vectors_of(
    cell: RSource,
    values: Mapping[str, object],
    out: Sequence[str],
    shared: Sequence[RSource] = (),
    seed: int | None = None,
) -> dict[str, RVector]:
    """Evaluate R code as `run_r` does, and return what it binds as R has it."""
    find_rscript()
    words = frozenset(word for one in (*shared, cell) for word in _WORD.findall(one.code))
    given = {name: to_r(_tasks_of(value, words), name) for name, value in values.items()}
    with tempfile.TemporaryDirectory(prefix="nbflow-r-") as name:
        folder = Path(name)
        with (folder / "question").open("wb") as file:
            write_vector(_question((*shared, cell), given, out, seed), file)
        del given
        perform_in_r(folder)
        with (folder / "answer").open("rb") as file:
            answer = _named_parts(read_vector(file))
    if "failure" in answer:
        raise _failure(answer["failure"])
    found = _named_parts(answer["values"])
    missing = next((name for name in out if name not in found), None)
    if missing is not None:
        raise ROutputMissing(missing)
    return found


def _tasks_of(value: object, words: frozenset[str]) -> object:
    """Return the tasks of a join as dictionaries of those artifacts that the code names, and other values unchanged."""
    if isinstance(value, JoinInputs):
        return [{name: getattr(task, name) for name in dir(task) if name in words} for task in value]
    if isinstance(value, list) and value and all(map(_is_flow, value)):
        return [_artifacts_of(task, words) for task in value]
    if isinstance(value, list) and value and all(isinstance(task, SimpleNamespace) for task in value):
        return [{name: one for name, one in sorted(vars(task).items()) if name in words} for task in value]
    return value


def _is_flow(value: object) -> bool:
    """Return whether a value is a task as the join of a script gets it, of nbflow or of Metaflow."""
    bases = {(one.__module__.partition(".")[0], one.__name__) for one in type(value).__mro__}
    return not bases.isdisjoint({("nbflow", "FlowSpec"), ("metaflow", "FlowSpec")})


def _artifacts_of(task: object, words: frozenset[str]) -> dict[str, object]:
    """Return the artifacts of a task that the code names; what the class has are methods and parameters."""
    names = (name for name in sorted(words) if name.isidentifier() and not hasattr(type(task), name))
    return {name: getattr(task, name) for name in names if hasattr(task, name)}


_WORD = re.compile(r"[\w.]+")


def _question(
    sources: Sequence[RSource], values: Mapping[str, RVector], out: Sequence[str], seed: int | None
) -> RVector:
    codes = [{"name": one.name, "code": "\n" * (one.line - 1) + one.code} for one in sources]
    parts = {
        "sources": to_r(codes, "sources"),
        "values": list_vector(values.values(), [*values]),
        "out": text_vector([*out]),
        "seed": NULL if seed is None else to_r(seed, "seed"),
    }
    return list_vector(parts.values(), [*parts])


def _named_parts(vector: RVector) -> dict[str, RVector]:
    return dict(zip(vector.words("names"), vector.parts, strict=True))


def _failure(vector: RVector) -> RFailed:
    """Return the error with a traceback through the lines of the cells, and the calls of R below them as a note."""
    fact = from_r(vector, "failure")
    error = RFailed(fact["message"], fact["call"])
    trace = fact["trace"] or []
    if trace:
        calls = [trace] if isinstance(trace, str) else trace
        error.add_note("\n".join(["Calls of R, the last one last:", *(f"  {call}" for call in calls)]))
    for name, line, function in reversed(fact["places"]):
        error = raised_at(error, name, line, function)
    return error
