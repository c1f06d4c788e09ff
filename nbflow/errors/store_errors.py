"""Defines the errors of the store."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from nbflow.errors.base import NbflowError


class StoreError(NbflowError):
    """Every error of the store derives from this class."""


class StoreFull(StoreError):
    """Raised when there is no room left to write a blob or a row. Nothing half-written stays behind."""

    def __init__(self, root: object, size: int, reason: str) -> None:
        self.root, self.size, self.reason = root, size, reason
        wanted = f" for {size:,} bytes" if size else ""
        super().__init__(f"no room{wanted} in {root} ({reason}): free some space, or run `nbflow gc --keep 1`")


class StoreReadOnly(StoreError):
    """Raised when the store must be written and its files are not writable."""

    def __init__(self, root: object, reason: str) -> None:
        self.root, self.reason = root, reason
        super().__init__(
            f"cannot write to {root} ({reason}): change its permissions, or set NBFLOW_HOME to a folder of your own"
        )


class StoreUnreadable(StoreError):
    """Raised when a store cannot even be opened, because it belongs to another user or its path is a broken link."""

    def __init__(self, root: object, reason: str) -> None:
        self.root, self.reason = root, reason
        super().__init__(
            f"cannot read {root} ({reason}): change its permissions, or set NBFLOW_HOME to a folder of your own"
        )


class StoreTooNew(StoreError):
    """Raised when a later version of nbflow wrote the store, in a format that this version does not know."""

    def __init__(self, root: object, found: int, known: int, needs: str) -> None:
        self.root, self.found, self.known, self.needs = root, found, known, needs
        super().__init__(
            f"{root} has format {found}, this nbflow reads up to {known}: install nbflow {needs} or later, "
            "or set NBFLOW_HOME to another folder"
        )


class StoreBroken(StoreError):
    """Raised when the catalog cannot be used: it is missing, damaged, not a database, or locked for too long."""

    def __init__(self, root: object, reason: str, fix: str) -> None:
        self.root, self.reason, self.fix = root, reason, fix
        super().__init__(f"{root}: {reason}. {fix}")


class BucketFailed(StoreError):
    """Raised when a store in a bucket refuses a request or does not answer: `reason` says why, `fix` what to do."""

    def __init__(self, url: str, reason: str, fix: str) -> None:
        self.url, self.reason, self.fix = url, reason, fix
        super().__init__(f"{url}: {reason}. {fix}")


class LogObjectDamaged(StoreError):
    """Raised when an object in a bucket that tells of runs is not as it was written."""

    def __init__(self, url: str, name: str, reason: str) -> None:
        self.url, self.name, self.reason = url, name, reason
        super().__init__(
            f"{url}: the log object {name} is damaged ({reason}): what it tells is missing here. Restore it from a "
            "backup; or delete it, and run again what is missing"
        )


class RowDamaged(StoreError):
    """Raised when a row of the catalog holds what no version of nbflow writes there."""

    def __init__(self, what: str, reason: str) -> None:
        self.what, self.reason = what, reason
        super().__init__(f"the record of {what} in the catalog is damaged ({reason}): run `nbflow verify`")


class StoreInUse(StoreError):
    """Raised by gc while a run uses the store."""

    def __init__(self, root: object, runs: tuple[str, ...]) -> None:
        self.root, self.runs = root, runs
        who = f"run {', '.join(runs)} is" if runs else "another process is"
        super().__init__(f"{who} writing to {root}: let it finish or cancel it, then run gc again")


class RunGoesOn(StoreError):
    """Raised when a run is to be deleted that has not ended. `is_session` tells that it belongs to an open kernel."""

    def __init__(self, run: int, is_session: bool) -> None:
        self.run, self.is_session = run, is_session
        state = "is open in a kernel: shut down or restart that kernel" if is_session else "goes on: stop it"
        super().__init__(f"run {run} {state} first, then delete it")


class KeyExposed(StoreError):
    """Raised before a key is used that other users may read, or may have written."""

    def __init__(self, path: object, reason: str, fix: str) -> None:
        self.path, self.reason, self.fix = path, reason, fix
        super().__init__(f"the key {path} {reason}, so anybody could sign what nbflow would then load. {fix}")


class BlobMissing(StoreError):
    """Raised when a blob that a record refers to does not exist."""

    def __init__(self, digest: str, artifact: str = "") -> None:
        self.digest, self.artifact = digest, artifact
        whose = f" of artifact '{artifact}'" if artifact else ""
        super().__init__(
            f"object {digest}{whose} is missing from the store: run `nbflow verify`, which removes its record, "
            "then run the step again"
        )


class ResultEvicted(StoreError):
    """Raised when a stored value is needed that was evicted to keep the store within its limit."""

    def __init__(self, artifact: str, step: str, flow: str, number: int, when: str) -> None:
        self.artifact, self.step, self.flow, self.number, self.when = artifact, step, flow, number, when
        super().__init__(
            f"{artifact} of {flow}/{number}/{step} was evicted on {when}, to keep the store within its limit: "
            f"run {step} again (rerun {number}/{step})"
        )


class BlobCorrupt(StoreError):
    """Raised when the bytes of a blob do not have the digest in its name."""

    def __init__(self, digest: str, reason: str, artifact: str = "") -> None:
        self.digest, self.reason, self.artifact = digest, reason, artifact
        whose = f" of artifact '{artifact}'" if artifact else ""
        super().__init__(
            f"object {digest}{whose} is damaged ({reason}): run `nbflow verify`, which removes it, "
            "then run the step again"
        )


class CodeChanged(StoreError):
    """Raised before stored code is executed whose text does not have the digest recorded for it."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"the stored code of {what} is damaged: run the step again with the current code")


class LoadFailed(StoreError):
    """Raised when a stored artifact cannot be loaded."""

    def __init__(self, artifact: str, reason: str) -> None:
        self.artifact, self.reason = artifact, reason
        super().__init__(
            f"artifact '{artifact}' cannot be loaded ({reason}): "
            "restore what it needs (a module, a class), or run its step with --cache off"
        )


class VersionsClash(StoreError):
    """Raised when a value cannot be loaded with the versions of packages that are here.

    `versions` holds for each package its name, its version where the value was made, and the one here, "" if it is
    not installed.
    """

    def __init__(self, artifact: str, versions: Sequence[tuple[str, str, str]], reason: str) -> None:
        self.artifact, self.versions, self.reason = artifact, tuple(versions), reason
        there = " and ".join(f"{name} {made}" for name, made, _ in versions)
        here = " and ".join(f"{name} {own}" if own else f"no {name}" for name, _, own in versions)
        fix = "let both steps have the same version, hand on plain values or arrays, or run its step again with --fresh"
        if not any(own for _, _, own in versions):
            names = " and ".join(name for name, _, _ in versions)
            fix = f"add {names} to the packages of the step that reads it, or hand on plain values"
        message = f"artifact '{artifact}' was made with {there}, and cannot be loaded with {here} ({reason}): {fix}"
        super().__init__(message)


class LostValue(StoreError):
    """Raised by any use of a value that could not be stored and for which only a placeholder was stored."""

    def __init__(self, path: str, was: str, reason: str) -> None:
        self.path, self.was, self.reason = path, was, reason
        super().__init__(
            f"'{path}' was a {was} and could not be stored ({reason}): it exists only while its "
            "step runs. Make it in the step that uses it, or put both into one step; before you use it in an ordinary "
            "cell, run its step with --cache off"
        )


class Untrusted(StoreError):
    """Raised before an object is unpickled that no trusted key signed."""

    def __init__(self, what: str, signer: str, root: object, is_changed: bool = False, user: str = "") -> None:
        """Raise it with the name of the signer, if that is known, as `user`.

        `is_changed` tells that the record was signed by this user, or by a trusted one, and was changed since.
        """
        self.what, self.signer, self.root, self.is_changed, self.user = what, signer, root, is_changed, user
        super().__init__(f"{what} in {root} {self._flaw}, and loading it can run any code: {self._fix}")

    @property
    def _flaw(self) -> str:
        if self.is_changed:
            return f"was changed after {self.user or 'you'} signed it"
        if self.user:
            return f"was signed by {self.user} ({self.signer}), whom you do not trust"
        return f"was signed by {self.signer}, not by you" if self.signer else "is not signed"

    @property
    def _fix(self) -> str:
        place = shlex.quote(str(self.root))
        if self.user and not self.is_changed:
            who = self.user if re.fullmatch(r"[\w.@-]+", self.user) else self.signer
            return f"if you trust {self.user}, run `nbflow trust add {who} {place}`"
        return f"look at it with `nbflow status`, and if you trust where it comes from, run `nbflow trust {place}`"
