"""Defines the errors of steps that are written in other languages than Python."""

from __future__ import annotations

from collections.abc import Sequence

from nbflow.errors.base import NbflowError


class LanguageFailed(NbflowError):
    """Every error of code in another language derives from this class: it belongs to the user's code."""


class SQLMissing(LanguageFailed):
    """Raised when SQL is to run and DuckDB is not installed."""

    def __init__(self) -> None:
        super().__init__("a step in SQL needs packages: pip install 'jupyter-nbflow[sql]'")


class SQLFailed(LanguageFailed):
    """Raised when SQL cannot be executed.

    Attributes:
        reason: What the database says.
        line: The line of the query.
    """

    def __init__(self, reason: str, line: int = 1) -> None:
        self.reason, self.line = reason, line
        super().__init__(reason)


class BashMissing(LanguageFailed):
    """Raised when bash is needed and is not on the PATH."""

    def __init__(self) -> None:
        super().__init__("this needs bash, which is not on the PATH. Install it, or write the step in Python")


class BashFailed(LanguageFailed):
    """Raised when a script of bash does not end well. Its traceback leads to the line of the cell.

    Attributes:
        how: How it ended.
        said: The end of what it wrote to stderr.
    """

    def __init__(self, how: str, said: str = "") -> None:
        self.how, self.said = how, said
        super().__init__(f"the script {how}" + (f": {said}" if said else ""))


class BashOutputMissing(LanguageFailed):
    """Raised when a script of bash ends without a name that it should hand on."""

    def __init__(self, name: str, why: str, fix: str) -> None:
        self.name, self.why, self.fix = name, why, fix
        super().__init__(f"'{name}' of --out {why} at the end of the script: {fix}")


class BashOutputUnreadable(LanguageFailed):
    """Raised when a file that a script of bash hands on is not what its ending says, or when there are two."""

    def __init__(self, name: str, files: Sequence[str], why: str) -> None:
        self.name, self.files, self.why = name, tuple(files), why
        super().__init__(f"{' and '.join(files)}, of '{name}' of --out, {why}")


class NotForBash(LanguageFailed, TypeError):
    """Raised for a value that no variable of bash can hold."""

    def __init__(self, name: str, why: str, fix: str) -> None:
        self.name, self.why, self.fix = name, why, fix
        super().__init__(f"bash cannot get '{name}': {why}. {fix}")


class RMissing(LanguageFailed):
    """Raised when R is needed and Rscript is not on the PATH."""

    def __init__(self) -> None:
        super().__init__(
            "this needs R, and there is no Rscript on the PATH. Install R: apt-get install r-base-core on Debian and "
            "Ubuntu, brew install r on macOS, conda install r-base in a conda environment"
        )


class RFailed(LanguageFailed):
    """Raised when R code ends with an error, or cannot be read. Its traceback leads to the line of the cell."""

    def __init__(self, message: str, call: str = "") -> None:
        self.message, self.call = message, call
        super().__init__(f"{message} (in {call})" if call else message)


class REnded(LanguageFailed):
    """Raised when the process of R ends before the cell does."""

    def __init__(self, how: str) -> None:
        self.how = how
        super().__init__(
            f"the process of R {how} before the end of the cell. Remove quit() if the cell calls it; if it needs more "
            "memory than there is, give it less data"
        )


class ROutputMissing(LanguageFailed):
    """Raised when R code ends without binding a name that it should hand on."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the R code ended without binding '{name}': assign it on every path, or correct --out")


class NotForR(LanguageFailed, TypeError):
    """Raised for a Python value that R cannot hold without a difference."""

    def __init__(self, where: str, why: str, fix: str) -> None:
        """Keep `where`, the place of the value as Python code that leads to it."""
        self.where, self.why, self.fix = where, why, fix
        super().__init__(f"R cannot hold {where}: {why}. {fix}")


class NotForPython(LanguageFailed, TypeError):
    """Raised for an R value that Python cannot hold without a difference."""

    def __init__(self, where: str, why: str, fix: str) -> None:
        """Keep `where`, the place of the value as R code that leads to it."""
        self.where, self.why, self.fix = where, why, fix
        super().__init__(f"Python cannot hold {where}, which R made: {why}. {fix}")
