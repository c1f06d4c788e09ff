"""Reads and writes the file of an exported script."""

from __future__ import annotations

from pathlib import Path

from nbflow.export.errors import ScriptUnreadable, TargetIsNotebook
from nbflow.flow.source.encoding import decode_source
from nbflow.notebook.write import write_whole
from nbflow.store.regular_file import read_regular


def read_exported(path: Path) -> str:
    """Return the text of a script. Raises ScriptUnreadable if there is no such file or it is not text."""
    try:
        return decode_source(read_regular(path))
    except UnicodeError:
        raise ScriptUnreadable(path, "it is not text") from None
    except OSError as error:
        raise ScriptUnreadable(path, error.strerror or str(error)) from None


def refuse_notebook(path: Path, notebook: Path) -> None:
    """Raise TargetIsNotebook if a script would overwrite a notebook, even with --force."""
    if path.suffix == ".ipynb" or path.resolve() == notebook.resolve():
        raise TargetIsNotebook(path)


def write_script(path: Path, text: str, force: bool = False) -> None:
    """Write a script. Raises TargetUnwritable, and TargetExists unless `force` is set; then nothing has changed."""
    write_whole(path, text.encode("utf-8", "backslashreplace"), force)
