"""What keeps a step from running, or from ending well."""

from __future__ import annotations

from nbflow.errors.base import NbflowError


class NotStorable(NbflowError, TypeError):
    """Raised while an artifact is stored that stands for tasks, not for a value."""

    def __init__(self, what: str, fix: str) -> None:
        self.what, self.fix = what, fix
        super().__init__(f"{what} cannot be an artifact: {fix}")


class OutputMissing(NbflowError):
    """Raised when a body ended without binding a name that the flow expects of it."""

    def __init__(self, step: str, names: list[str]) -> None:
        self.step, self.names = step, names
        listed = ", ".join(f"'{name}'" for name in names)
        super().__init__(f"step '{step}' ended without binding {listed}: bind it on every path, or correct --out")


class InputLost(NbflowError):
    """Raised before a body that reads an artifact which could not be stored as a whole."""

    def __init__(self, step: str, name: str, writer: str, was: str, reason: str) -> None:
        self.step, self.name, self.writer, self.was, self.reason = step, name, writer, was, reason
        super().__init__(
            f"step '{step}' reads '{name}', a {was} that step '{writer}' has made and that cannot be stored "
            f"({reason}). "
            f"It lives in its own step only: put '{writer}' and '{step}' into one cell, or make '{name}' in both, for "
            "example by a function of an ordinary cell"
        )


class ChangeNotPassedOn(NbflowError):
    """Raised when a step was found to change objects of names that it must not write, so that nobody could see it."""

    def __init__(self, step: str, names: list[str], reasons: list[str]) -> None:
        """`reasons` say why the step must not write these names, each with a fix."""
        self.step, self.names, self.reasons = step, names, reasons
        listed = ", ".join(f"'{name}'" for name in names)
        super().__init__(
            f"step '{step}' changes {listed} in place, and the steps below cannot see that: {' '.join(reasons)} "
            f"Or change a copy: import copy, and copy.deepcopy({names[0]})"
        )


class ParameterChanged(NbflowError):
    """Raised when a body has changed the value of a parameter in place, which the steps below could not see.

    `through` are the artifacts by which it has reached the value.
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
    """Raised when a body has deleted a name in a way that its text does not show, so that no step below would know."""

    def __init__(self, step: str, names: list[str]) -> None:
        self.step, self.names = step, names
        listed = ", ".join(names)
        super().__init__(
            f"step '{step}' has deleted {listed} where nobody can see it: write  del {listed}  in the cell of '{step}'"
        )


class StepExited(NbflowError):
    """Raised when a body ends its process: `exit()`, `quit()`, `sys.exit(…)`."""

    def __init__(self, step: str, code: object) -> None:
        self.step, self.code = step, code
        given = "" if code is None else repr(code)
        super().__init__(
            f"step '{step}' called exit({given}), which ends a step as a failure: the steps below need what it makes. "
            "Raise an error that says why, or put what shall be left out under an 'if'"
        )


class AncestorsMissing(NbflowError):
    """Raised when a step is to run in the kernel and something above it is not stored as it stands now."""

    def __init__(self, step: str, missing: dict[str, str]) -> None:
        """`missing`: step -> how long it took when it last ran, empty when it never did."""
        self.step, self.missing = step, missing
        took = {name: f"last took {seconds}" if seconds else "never ran" for name, seconds in missing.items()}
        listed = ", ".join(f"'{name}' ({how})" for name, how in took.items())
        verb = "is" if len(missing) == 1 else "are"
        super().__init__(
            f"step '{step}' needs {listed}, which {verb} not stored as the notebook stands now. "
            f"Run what is missing: %flow run --to {step}"
        )


class TasksFailed(NbflowError):
    """Raised in the cell of a step whose tasks ran in workers, when some of them failed."""

    def __init__(self, what: str, failures: dict[str, str], total: int, fix: str = "") -> None:
        """`failures`: task -> what it raised, in one line; `total` tasks had a part in it."""
        self.what, self.failures, self.total = what, failures, total
        task, reason = next(iter(failures.items()))
        listed = f"{task} failed · {reason}" + (f" (and {len(failures) - 1} more)" if len(failures) > 1 else "")
        of = f" in {len(failures):,} of {total:,} tasks" if total > 1 else ""
        fix = fix or f"The others are kept. To look into it: %flow debug {task}"
        super().__init__(f"{what} failed{of}: {listed}. {fix}")
