"""Defines the errors that say why a script cannot become a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbflow.errors import NbflowError


class NotAScript(NbflowError):
    """Raised for a file that is not a FlowSpec script with one class."""

    def __init__(self, path: Path, why: str, fix: str) -> None:
        self.path, self.why, self.fix = path, why, fix
        super().__init__(f"{path} is not a FlowSpec script that can be imported: {why}; {fix}")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Describes one thing in a script that a notebook cannot express. Line 0 means the script as a whole."""

    line: int
    message: str
    fix: str


class CannotCarryOver(NbflowError):
    """Raised with everything in a script that a notebook cannot express."""

    def __init__(self, path: Path, obstacles: Sequence[Obstacle]) -> None:
        self.path, self.obstacles = path, tuple(sorted(obstacles, key=lambda one: one.line))
        lines = (f"{path}{f':{one.line}' if one.line else ''}: {one.message}. {one.fix}" for one in self.obstacles)
        super().__init__("\n".join(lines))


class ObstacleFound(Exception):
    """Stops reading one part of a script at an obstacle. It never leaves this package."""

    def __init__(self, line: int, message: str, fix: str) -> None:
        self.obstacle = Obstacle(line, message, fix)
        super().__init__(message)
