"""Defines the errors of writing files outside the store."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nbflow.errors.base import NbflowError


class TooManyFiles(NbflowError):
    """Raised instead of looking through a whole file system for what a pattern of files matches."""

    def __init__(self, pattern: str, place: object = None, step: str = "") -> None:
        self.pattern, self.place, self.step = pattern, place, step
        told = pattern if len(pattern) < 200 else f"{pattern[:200]}…"
        named = f"{place}: --watch {told} of step '{step}'" if step else told
        super().__init__(
            f"{named} takes too long to be looked up, there are too many files and folders. Let the pattern begin "
            "with a folder that has fewer in it"
        )


class TargetExists(NbflowError):
    """Raised instead of overwriting an existing file."""

    def __init__(self, path: Path, fix: str = "give another name, or add --force to overwrite it") -> None:
        self.path = path
        super().__init__(f"{path} exists already: {fix}")


class TargetUnwritable(NbflowError):
    """Raised when a file cannot be written. A file that was there before stays unchanged."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path} cannot be written ({reason}): give a path in a folder where you may write")


class TargetEndingUnknown(NbflowError):
    """Raised when the ending of a file's name does not say in which form it is written. `known` are those that do."""

    def __init__(self, path: Path, known: Iterable[str]) -> None:
        self.path, self.known = path, tuple(known)
        *some, last = self.known
        said = f"ends with {path.suffix}" if path.suffix else "has no ending"
        super().__init__(f"{path} {said}: give a file that ends with {', '.join(some)} or {last}")


class TargetIsInput(NbflowError):
    """Raised instead of overwriting the notebook that is run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is the notebook itself: give the executed notebook another name")


class TargetNameWrong(NbflowError):
    """Raised when the name of a file cannot be made of the parameters of the run. `known` are the names that can."""

    def __init__(self, pattern: str, reason: str, known: Iterable[str]) -> None:
        self.pattern, self.reason, self.known = pattern, reason, tuple(known)
        names = ", ".join(f"{{{name}}}" for name in self.known) or "none: the notebook has no parameters"
        super().__init__(f"{pattern} cannot be the executed notebook: {reason}. The name may have {names}")


class NoBrowser(NbflowError):
    """Raised when a page is to be printed and there is no Chromium."""

    def __init__(self) -> None:
        super().__init__(
            "there is no Chromium to make a PDF with: install Chromium, Chrome or Edge, name the program in "
            "NBFLOW_CHROMIUM, or leave out --pdf and print the page from any browser"
        )


class PrintFailed(NbflowError):
    """Raised when the browser `program` has not printed a page."""

    def __init__(self, program: str, reason: str) -> None:
        self.program, self.reason = program, reason
        super().__init__(
            f"{program} made no PDF ({reason}): name another Chromium in NBFLOW_CHROMIUM, or leave out --pdf and print "
            "the page from any browser"
        )
