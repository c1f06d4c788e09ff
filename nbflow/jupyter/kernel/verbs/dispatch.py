"""Finds the verb of a `%flow` line and performs it."""

from __future__ import annotations

import io
import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from nbflow.errors import NbflowError, UnknownName, VerbUnknown
from nbflow.jupyter.kernel.phrases import offer_magics
from nbflow.jupyter.kernel.session import Session
from nbflow.jupyter.kernel.verbs import forms, moving, showing
from nbflow.jupyter.protocol.sent import read_sent, read_word
from nbflow.notebook.arguments import bind_parameters
from nbflow.progress.pictures import count
from nbflow.store.catalog.rows import RunRow
from nbflow.store.homes import refresh_store
from nbflow.verbs.context import FLOW, GIVEN, NOTEBOOK_VARIABLES, PERFORM, WORKSPACE
from nbflow.verbs.execution import Perform
from nbflow.verbs.table_of_verbs import VERBS, Verbs
from nbflow.verbs.workspace import Workspace

LIVE_VERBS: Mapping[str, click.Command] = {
    command.name or "": command
    for command in (
        showing.live_show, showing.live_card, showing.live_report, showing.live_convert, forms.live_params,
        moving.restore, moving.undo, moving.checkpoint, moving.debug, moving.cancel, moving.notebook,
    )
}  # fmt: skip
"""The verbs that exist only in a notebook, or work differently there."""

CELLS = "cells "
"""The beginning of a line in which the panel sends the cells on its screen before a request; no user writes it."""

SHELL_VERBS = Verbs("%flow")
"""The verbs that work in a notebook as in a shell."""

STARTING = ("run", "resume", "rerun")
"""The verbs that can run in the background."""

IN_BACKGROUND = "--bg"
"""The option of these verbs that only a notebook has."""


@dataclass(frozen=True)
class OpenWorkspace(Workspace):
    """Represents the open notebook. `chosen` are the form's values, used for parameters that the line does not give."""

    chosen: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None

    @property
    def path(self) -> Path | None:
        return self.file

    def parameters(self, ctx: click.Context, origin: RunRow | None = None) -> dict[str, Any]:
        """Return the parameters for a verb: those given on the line, else those of the form."""
        if origin is not None:
            return super().parameters(ctx, origin)
        return bind_parameters(self.flow, {**self.chosen, **ctx.meta.get(GIVEN, {})}, self.folder)


def _workspace_of(session: Session) -> OpenWorkspace:
    graph = session.graph()
    workspace = OpenWorkspace(
        session.document.name, session.folder, graph.flow, session.root, session.chosen(), session.document.path
    )
    workspace.__dict__["graph"] = graph
    return workspace


def use(session: Session, line: str) -> None:
    """Perform a `%flow` line. Raises VerbUnknown if it cannot be understood, and the errors of its verb."""
    if line.startswith(CELLS):
        session.take(read_sent(read_word(line.removeprefix(CELLS))))
        return
    words = _split(line)
    if not words or words[0] in ("-h", "--help", "help"):
        print(help_text(session))
        return
    verb, rest = words[0], words[1:]
    if verb in LIVE_VERBS and not (
        verb == "show" and any(word in ("--mermaid", "--dot", "-o", "--output") for word in rest)
    ):
        _invoke(
            LIVE_VERBS[verb], rest, f"%flow {verb}", session.document.name, parent=_above({forms.USE: use}), obj=session
        )
    else:
        _use_shell_verb(session, verb, rest)


def _use_shell_verb(session: Session, verb: str, words: list[str]) -> None:
    if verb not in VERBS:
        raise UnknownName("verb", verb, {*VERBS, *LIVE_VERBS})
    background = verb in STARTING and IN_BACKGROUND in words
    words = [word for word in words if not (background and word == IN_BACKGROUND)]
    refresh_store(session.root)
    workspace = _workspace_of(session)
    perform: Perform = lambda _, request, executed: session.runs.perform(request, background, executed)  # noqa: E731
    meta = {FLOW: workspace.flow, WORKSPACE: workspace, PERFORM: perform, NOTEBOOK_VARIABLES: session.namespace}
    above = _above(meta)
    _invoke(SHELL_VERBS, [verb, *_with_notebook(session, verb, words)], "%flow", workspace.typed, parent=above)


def _above(meta: Mapping[str, Any]) -> click.Context:
    """Return a context with what a verb finds in that of its front end."""
    above = click.Context(click.Command(None))
    above.meta.update(meta)
    return above


def _with_notebook(session: Session, verb: str, words: list[str]) -> list[str]:
    """Return the words with the open notebook where a shell command has it; `import` and `demo` make others."""
    match verb:
        case "import" | "demo" | "trust" | "env":
            return words
        case "sync":
            return [*words, str(session.document.path or session.document.name)]
        case "init":
            return [str(session.document.path or session.document.name), *words]
        case "gc" | "verify":
            return [str(session.folder), *words]
        case _:
            return [session.document.name, *words]


def _invoke(command: click.Command, words: list[str], name: str, notebook: str, **extra: Any) -> None:
    try:
        with _in_words_of_a_notebook(notebook):
            command.main(words, name, standalone_mode=False, **extra)
    except SystemExit:
        pass  # `check` and `verify` exit with a code after they have printed all
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        if isinstance(error.__cause__, NbflowError):
            raise error.__cause__ from None
        raise VerbUnknown(error.format_message()) from None


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise VerbUnknown(f"this line cannot be read ({error}): close the quotes") from None


def help_text(session: Session) -> str:
    """Return the text that names the notebook, its steps and all verbs."""
    steps: Sequence[str] = list(session.graph().links)
    verbs = lines_of_verbs()
    width = max(map(len, verbs))
    where = f"{session.document.name} · {count(len(steps), 'step')}" + (f": {', '.join(steps)}" if steps else "")
    lines = [f"  {verb.ljust(width)}  {text}" for verb, text in verbs.items()]
    usage = "%flow VERB …; %flow VERB --help has the details. run, resume and rerun take --bg."
    return "\n".join([where, "", usage, *lines])


def lines_of_verbs() -> dict[str, str]:
    """Return a line about each verb of a notebook."""
    verbs = {verb: text for verb, (_, text) in VERBS.items()}
    return verbs | {verb: command.get_short_help_str(100) for verb, command in LIVE_VERBS.items()}


@contextmanager
def _in_words_of_a_notebook(notebook: str) -> Iterator[None]:
    """Print the commands that a text suggests as magics during the block."""
    with redirect_stdout(_Translated(sys.stdout, notebook)):
        yield


class _Translated(io.TextIOBase):
    """Wraps standard output and replaces `nbflow run films.ipynb --to x` by `%flow run --to x`."""

    def __init__(self, stream: Any, notebook: str) -> None:
        self._stream, self._notebook = stream, notebook

    def write(self, text: str) -> int:
        self._stream.write(offer_magics(re.sub(r" NOTEBOOK\b", "", text), self._notebook))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()
