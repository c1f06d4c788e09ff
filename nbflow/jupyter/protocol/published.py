"""Writes all messages between kernel, server and panel as TypeScript, one file for each module of messages."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from nbflow.jupyter.protocol import (
    help_messages,
    messages,
    overview_messages,
    plan_messages,
    repair_messages,
    table_messages,
    value_messages,
)
from nbflow.jupyter.protocol.typescript import is_message, write_typescript

MESSAGE_MODULES = (
    messages,
    repair_messages,
    table_messages,
    plan_messages,
    value_messages,
    help_messages,
    overview_messages,
)
"""An enumeration of another room is written with the first of these modules that uses it."""

TYPESCRIPT = Path(__file__).parents[3] / "labextension/src/state/protocol"
"""The panel's copy of the messages, in a checkout."""

_COMMAND = "python -m nbflow.jupyter.protocol"


def in_typescript() -> Mapping[str, str]:
    """Return the files of the panel's copy by their names; `index.ts` exports what the others do."""
    homes: dict[type, str] = {}
    for module in MESSAGE_MODULES:
        for message in _messages_of(module):
            homes.setdefault(message, _file_of(module))
    files = {f"{_file_of(module)}.ts": _written(module, homes) for module in MESSAGE_MODULES}
    exports = "".join(f"export * from './{_file_of(module)}';\n" for module in MESSAGE_MODULES)
    return {**files, "index.ts": f"// Written by `{_COMMAND}`. Do not edit.\n\n{exports}"}


def _messages_of(module: ModuleType) -> list[type]:
    """Return the messages that a module defines, and the enumerations that it takes from other rooms."""
    package = __package__ or ""
    found = [value for value in vars(module).values() if is_message(value)]
    return [one for one in found if one.__module__ == module.__name__ or not one.__module__.startswith(package)]


def _file_of(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2].replace("_", "")


def _written(module: ModuleType, homes: Mapping[type, str]) -> str:
    own = [message for message in _messages_of(module) if homes[message] == _file_of(module)]
    constants = {name: value for name, value in vars(module).items() if name.isupper() and isinstance(value, int | str)}
    tables = (
        {"STEP_OPTIONS": (help_messages.OptionHelp, help_messages.options_help())} if module is help_messages else {}
    )
    return write_typescript(own, constants, _COMMAND, tables, homes)


def write_protocol(arguments: Sequence[str]) -> int:
    """Write the panel's copy of the messages; with `--check`, only compare it. Return the exit code."""
    files = in_typescript()
    if "--check" not in arguments:
        TYPESCRIPT.mkdir(exist_ok=True)
        for name, text in files.items():
            (TYPESCRIPT / name).write_text(text, "utf-8")
        return 0
    if files == {path.name: path.read_text("utf-8") for path in TYPESCRIPT.glob("*.ts")}:
        return 0
    print(f"{TYPESCRIPT} does not match nbflow/jupyter/protocol: run {_COMMAND}", file=sys.stderr)
    return 1
