"""Defines the base classes of all errors."""

from __future__ import annotations

import errno
import os
from functools import cached_property


class NbflowError(Exception):
    """Every error of nbflow derives from this class: `except NbflowError` catches all of them."""


class SystemRefused(NbflowError):
    """Raised when the operating system refuses to read or write a file."""

    def __init__(self, error: OSError) -> None:
        self.errno, self.path = error.errno or 0, error.filename
        where = f"{os.fsdecode(self.path)}: " if isinstance(self.path, str | bytes) else ""
        super().__init__(f"{where}{error.strerror or error}. {_FIXES.get(self.errno, 'Check the path and the disk')}")


_FIXES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "Free some space, or choose another folder"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "Change its permissions, or choose another folder"),
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG), "Check the path"),
    errno.EAGAIN: "End other programs, or raise the limit of processes: ulimit -u 4096",
    errno.ENOMEM: "End other programs, or raise the limit: ulimit -v unlimited",
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "Raise the limit of open files: ulimit -n 4096"),
}


class MetaflowException(NbflowError):
    """Every error that scripts raise derives from this class, such as for a flow or a parameter that is not valid."""

    headline = "Flow failed"

    @cached_property  # a subclass of a script may set it
    def message(self) -> str:
        """Return the text of the error, under Metaflow's name for it."""
        return str(self)


class MetaflowNotFound(MetaflowException):
    """Raised when a flow, run, step, task or artifact does not exist."""

    headline = "Object not found"
