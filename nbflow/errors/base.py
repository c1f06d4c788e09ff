"""The bases of every error."""

from __future__ import annotations

import errno
import os


class NbflowError(Exception):
    """The base of all: `except NbflowError` catches whatever nbflow itself has to say."""


class SystemRefused(NbflowError):
    """Raised for a file that the operating system does not let us read or write."""

    def __init__(self, error: OSError) -> None:
        self.errno, self.path = error.errno or 0, error.filename
        where = f"{os.fsdecode(self.path)}: " if isinstance(self.path, str | bytes) else ""
        super().__init__(f"{where}{error.strerror or error}. {_FIXES.get(self.errno, 'Check the path and the disk')}")


_FIXES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "Free some space, or give another place"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "Change its permissions, or give another place"),
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG), "Check the path"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "Raise the limit of open files: ulimit -n 4096"),
}


class MetaflowException(NbflowError):
    """The base of what scripts raise: a flow, a parameter or a decorator that makes no sense."""

    headline = "Flow failed"


class MetaflowNotFound(MetaflowException):
    """Raised for a flow, run, step, task or artifact that is not there."""
