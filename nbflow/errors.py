"""Every error of nbflow. Each holds its facts as fields; its text says what to do."""

from __future__ import annotations


class NbflowError(Exception):
    """The base of all: `except NbflowError` catches whatever nbflow itself has to say."""
