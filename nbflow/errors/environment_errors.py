"""Defines the errors of environments that steps ask for."""

from __future__ import annotations

from pathlib import Path

from nbflow.errors.base import NbflowError


class UvMissing(NbflowError):
    """Raised when a step asks for an environment and uv is not installed."""

    def __init__(self) -> None:
        super().__init__("an environment (--env) needs uv, which is not installed: pip install 'jupyter-nbflow[env]'")


class UvFailed(NbflowError):
    """Raised when uv does not do what it is asked for. `reason` is what it says."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class EnvironmentRefused(NbflowError):
    """Raised when the environment of a step cannot be resolved or built. `place` says where the step stands."""

    def __init__(self, place: str, step: str, requirements: tuple[str, ...], reason: str) -> None:
        self.place, self.step, self.requirements, self.reason = place, step, requirements, reason
        super().__init__(f"{place}: the environment of step '{step}' ({', '.join(requirements)}): {reason}")


class VersionRefused(NbflowError):
    """Raised when the value in the braces of a requirement, such as `scikit-learn=={version}`, makes no version."""

    def __init__(self, word: str, reason: str) -> None:
        self.word, self.reason, self.fix = word, reason, "Let it be a text such as '1.5.2'"
        super().__init__(f"'{word}' asks for no version: {reason}. {self.fix}")


class RequirementsUnreadable(NbflowError):
    """Raised when a file with requirements cannot be read, or does not have what is asked for."""

    def __init__(self, file: Path, reason: str) -> None:
        self.file, self.reason = file, reason
        super().__init__(f"{file} gives no requirements: {reason}. Correct the file, or --env")


class PythonMissing(NbflowError):
    """Raised when no installed interpreter is of a version that an environment asks for."""

    def __init__(self, wanted: str, running: str) -> None:
        self.wanted, self.running = wanted, running
        super().__init__(
            f"no Python {wanted} is installed, and nbflow downloads none: install one, or ask for Python {running}"
        )
