"""Defines the errors that keep a step from running or from ending well."""

from __future__ import annotations

from nbflow.errors.base import NbflowError


class NotStorable(NbflowError, TypeError):
    """Raised when an object that stands for tasks, not for a value, is stored as an artifact."""

    def __init__(self, what: str, fix: str) -> None:
        self.what, self.fix = what, fix
        super().__init__(f"{what} cannot be an artifact: {fix}")


class OutputMissing(NbflowError):
    """Raised when a body ended without binding a name that the flow expects from it."""

    def __init__(self, step: str, names: list[str]) -> None:
        self.step, self.names = step, names
        listed = ", ".join(f"'{name}'" for name in names)
        super().__init__(f"step '{step}' ended without binding {listed}: bind it on every path, or correct --out")


class ForeachNotIterable(NbflowError, TypeError):
    """Raised when the expression of a foreach gives something that cannot be iterated over."""

    def __init__(self, place: str, var: str, expr: str, reason: str) -> None:
        self.place, self.var, self.expr, self.reason = place, var, expr, reason
        super().__init__(
            f"{place}: --foreach {var} in {expr} has no items ({reason}). "
            "Write an expression that gives them, such as a list or range(3)"
        )


class InputLost(NbflowError):
    """Raised before a step runs that reads an artifact which could not be stored completely."""

    def __init__(self, step: str, name: str, writer: str, was: str, reason: str) -> None:
        self.step, self.name, self.writer, self.was, self.reason = step, name, writer, was, reason
        super().__init__(
            f"step '{step}' reads '{name}', a {was} that step '{writer}' made and that cannot be stored "
            f"({reason}). "
            f"It exists only while its step runs: put '{writer}' and '{step}' into one cell, or make '{name}' in both, "
            "for example with a function from an ordinary cell"
        )


class ChangeNotPassedOn(NbflowError):
    """Raised when a step changed objects in place that belong to names which it must not write.

    The steps below would not see the change.
    """

    def __init__(self, step: str, names: list[str], reasons: list[str]) -> None:
        """Keep the reasons why the step must not write these names; each says what to do."""
        self.step, self.names, self.reasons = step, names, reasons
        listed = ", ".join(f"'{name}'" for name in names)
        super().__init__(
            f"step '{step}' changes {listed} in place, and the steps below cannot see that: {' '.join(reasons)} "
            f"Or change a copy: import copy, then copy.deepcopy({names[0]})"
        )


class ParameterChanged(NbflowError):
    """Raised when a body changed the value of a parameter in place, which the steps below could not see.

    `through` names the artifacts through which the body reached the value.
    """

    def __init__(self, step: str, names: list[str], through: list[str] | None = None) -> None:
        self.step, self.names, self.through = step, names, through or []
        listed = ", ".join(f"'{name}'" for name in names)
        by = ", through " + ", ".join(f"'{name}'" for name in self.through) if self.through else ""
        super().__init__(
            f"step '{step}' changes parameter {listed} in place{by}, but a parameter is the same in every step: "
            f"change a copy of it, such as my_{names[0]} = copy.deepcopy({names[0]})"
        )


class NameTaken(NbflowError):
    """Raised when a body deleted a name in a way that its text does not show: the steps below would not know."""

    def __init__(self, step: str, names: list[str]) -> None:
        self.step, self.names = step, names
        listed = ", ".join(names)
        super().__init__(
            f"step '{step}' has deleted {listed} in a way that its text does not show: "
            f"write  del {listed}  in the cell of '{step}'"
        )


class StepExited(NbflowError):
    """Raised when a body ends its process with `exit()`, `quit()` or `sys.exit(…)`."""

    def __init__(self, step: str, given: str) -> None:
        """Keep `given`, the text of what the body gave to `exit`."""
        self.step, self.given = step, given
        super().__init__(
            f"step '{step}' called exit({given}), so it counts as failed: the steps below need its results. "
            "Raise an error that says why, or put the code to skip under an 'if'"
        )


class MemoryLimitLow(NbflowError):
    """Raised when the process of a task has nearly as much memory before the body as its step may take."""

    def __init__(self, step: str, limit: int, least: int) -> None:
        """Keep the limit, and the least limit with which the body could begin, in bytes."""
        self.step, self.limit, self.least = step, limit, least
        super().__init__(
            f"step '{step}' may take {limit / 10**6:.0f} MB (--memory with '!'), but with what the notebook imports "
            f"and what the step reads its process needs {least / 10**6:.0f} MB to begin. "
            f"Give it more, such as --memory {-(-2 * least // 10**6)}MB!"
        )


class AncestorsMissing(NbflowError):
    """Raised when a step is to run in the kernel and a step above it has no stored result for the current notebook.

    After a run to the step `last`, which may be the step itself, nothing is missing.
    """

    def __init__(self, step: str, missing: dict[str, str], last: str, seconds: float | None) -> None:
        """Keep `missing`, which maps each step to the duration of its last run, or to "" if it never ran.

        `seconds` is how long all of them took together, None if one never ran.
        """
        self.step, self.missing, self.last, self.seconds = step, missing, last, seconds
        took = {name: f"last took {seconds}" if seconds else "never ran" for name, seconds in missing.items()}
        listed = ", ".join(f"'{name}' ({how})" for name, how in took.items())
        verb = "is" if len(missing) == 1 else "are"
        super().__init__(
            f"step '{step}' needs {listed}, which {verb} not stored for the notebook as it is now. "
            f"Run what is missing: %flow run --to {step}"
        )


class TasksFailed(NbflowError):
    """Raised in the cell of a step when some of its tasks, which ran in workers, have failed."""

    def __init__(self, what: str, failures: dict[str, str], total: int, fix: str = "") -> None:
        """Keep `failures`, which maps each failed task to its error in one line. `total` counts all tasks."""
        self.what, self.failures, self.total = what, failures, total
        task, reason = next(iter(failures.items()))
        listed = f"{task} failed · {reason}" + (f" (and {len(failures) - 1} more)" if len(failures) > 1 else "")
        of = f" in {len(failures):,} of {total:,} tasks" if total > 1 else ""
        fix = fix or f"The other results are kept. To inspect this task: %flow debug {task}"
        super().__init__(f"{what} failed{of}: {listed}. {fix}")
