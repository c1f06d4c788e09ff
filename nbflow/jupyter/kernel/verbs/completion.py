"""Completes words on a `%flow` line."""

from __future__ import annotations

from collections.abc import Iterable

import click

from nbflow.errors import NbflowError
from nbflow.jupyter.kernel.session import Session
from nbflow.jupyter.kernel.verbs.dispatch import LIVE_VERBS, SHELL_VERBS
from nbflow.store.store import Store
from nbflow.verbs.table_of_verbs import VERBS

_STEPS = frozenset({"--to", "--from", "--only"})
_OF_STEPS = frozenset({"why", "rerun", "logs", "dump", "debug", "card", "restore", "diff"})
_OF_RUNS = frozenset({"resume", "diff", "tag", "restore", "report"})

_OPTIONS = {
    "run": ("--bg",),
    "resume": ("--bg",),
    "rerun": ("--bg",),
    "show": ("--mermaid", "--dot"),
}
"""The options that a verb has in a notebook besides those in a shell."""


def complete(session: Session, line: str) -> list[str]:
    """Return the words that can complete the last word of a line; errors of nbflow count as no words."""
    words = line.split()
    typed = "" if line[-1:].isspace() else words.pop()
    try:
        return sorted(one for one in _candidates(session, words[1:]) if one.startswith(typed))
    except NbflowError:
        return []


def _candidates(session: Session, words: list[str]) -> Iterable[str]:
    if not words:
        return sorted({*VERBS, *LIVE_VERBS})
    verb, last = words[0], words[-1]
    if last in _STEPS or (last == "--join" and verb == "run"):
        return session.graph().links
    found = [*_options(session, verb), *_OPTIONS.get(verb, ())]
    if verb in _OF_STEPS:
        found += session.graph().links
    if verb in _OF_RUNS:
        found += _runs(session)
    if verb == "restore" and len(words) > 1:
        found += _artifacts(session, words[1])
    return found


def _options(session: Session, verb: str) -> Iterable[str]:
    command = LIVE_VERBS.get(verb) or SHELL_VERBS.get_command(click.Context(SHELL_VERBS), verb)
    if command is None:
        return []
    own = [name for option in command.params for name in option.opts if name.startswith("--")]
    takes_parameters = verb in ("run", "resume", "rerun", "status", "why")
    return own + [f"--{parameter.name}" for parameter in session.graph().flow.parameters if takes_parameters]


def _runs(session: Session) -> list[str]:
    if not Store.exists(session.root):
        return []
    rows = session.store().history.runs(session.graph().flow.name, 50)
    return [str(row.number) for row in rows] + [tag for row in rows for tag in row.tags]


def _artifacts(session: Session, address: str) -> Iterable[str]:
    step = address.rpartition("/")[2].partition("[")[0]
    linked = session.graph().links.get(step)
    return linked.writes if linked else ()
