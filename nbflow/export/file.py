"""Reads and writes the file of an exported script."""

from __future__ import annotations

from pathlib import Path

from nbflow.export.errors import ScriptUnreadable, TargetIsNotebook
from nbflow.flow.source.encoding import decode_source
from nbflow.notebook.write import write_whole


def read_exported(path: Path) -> str:
    """Raises ScriptUnreadable for what is not there, or no text."""
    try:
        return decode_source(path.read_bytes())
    except UnicodeError:
        raise ScriptUnreadable(path, "it is no text") from None
    except OSError as error:
        raise ScriptUnreadable(path, error.strerror or str(error)) from None


def refuse_notebook(path: Path, notebook: Path) -> None:
    """Raise TargetIsNotebook, whatever may be forced."""
    if path.suffix == ".ipynb" or path.resolve() == notebook.resolve():
        raise TargetIsNotebook(path)


def write_script(path: Path, text: str, force: bool = False) -> None:
    """Raises TargetExists for a file that is there, unless forced, and TargetUnwritable; then all is as it was."""
    write_whole(path, text.encode("utf-8", "backslashreplace"), force)
