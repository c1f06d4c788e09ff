"""The panel as its sources are, built by the first that asks for it."""

from __future__ import annotations

import fcntl

from labextension import bundle


def refresh() -> None:
    with (bundle.HERE / "package.json").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # several workers ask at once
        bundle.refresh()
