"""Registers the magics in IPython, and the hooks that tell the session what the user executes (`%load_ext nbflow`)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from IPython.core.completer import Completion
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand

from nbflow.errors import NbflowError, SystemRefused
from nbflow.flow.languages.shared_code import code_as_value
from nbflow.flow.syntax.header import CellKind, read_header, rest_of
from nbflow.jupyter.kernel.broadcast import Broadcast, open_channel
from nbflow.jupyter.kernel.completing.completion import complete
from nbflow.jupyter.kernel.drawing import live_notebooks
from nbflow.jupyter.kernel.magic_help import help_of_flow, help_of_parameters, help_of_step
from nbflow.jupyter.kernel.repairs_of_errors import repairs_of
from nbflow.jupyter.kernel.session import Session
from nbflow.jupyter.kernel.shell_screen import ShellScreen
from nbflow.jupyter.kernel.verbs.dispatch import CELLS, lines_of_verbs, use
from nbflow.jupyter.protocol.repair_messages import RepairLine
from nbflow.notebook.read import SUFFIXES, is_notebook
from nbflow.run.task.tracebacks import LONGEST_TRACEBACK, clear_our_frames, without_our_frames
from nbflow.store.blobs.checks import tell_damage
from nbflow.store.values.user_code import abridged

_EXTENSION = "nbflow.jupyter.kernel.magics"


def load(shell: Any) -> FlowMagics:
    """Register the magics and the hooks, and return the magics; a second call registers nothing."""
    if _EXTENSION in shell.magics_manager.registry:
        loaded: FlowMagics = shell.magics_manager.registry[_EXTENSION]
        return loaded
    screen = ShellScreen(shell)
    broadcast = Broadcast(open_channel(), client=lambda: _client_of(shell)) if screen.has_front_end else Broadcast()
    kept = frozenset(shell.user_ns_hidden)
    session = Session(shell.user_ns, screen, Path.cwd(), _find_notebook(shell.user_ns), kept, broadcast)
    if screen.has_front_end:
        live_notebooks.add(session)
    magics = FlowMagics(shell, session)
    tell_damage(lambda error: print(error, file=sys.stderr))
    shell.magics_manager.registry[_EXTENSION] = magics
    shell.register_magics(magics)
    _take_flow(shell, magics)
    shell.input_transformers_cleanup.append(as_magic)
    shell.events.register("pre_run_cell", magics.before_cell)
    shell.events.register("post_run_cell", magics.after_cell)
    magics.take_completer()
    magics.name_code = shell.compile.format_code_name
    shell.compile.format_code_name = magics.format_code_name
    return magics


def unload(shell: Any) -> None:
    """Remove the hooks and end the session and its interactive run."""
    magics = shell.magics_manager.registry.pop(_EXTENSION, None)
    if magics is None:
        return
    for kind in shell.magics_manager.magics.values():
        for name in [name for name, one in kind.items() if getattr(one, "__self__", None) is magics]:
            del kind[name]
    shell.input_transformers_cleanup.remove(as_magic)
    shell.events.unregister("pre_run_cell", magics.before_cell)
    shell.events.unregister("post_run_cell", magics.after_cell)
    shell.compile.format_code_name = magics.name_code
    magics.leave_completer()
    live_notebooks.discard(magics.session)
    magics.session.close()


def _take_flow(shell: Any, magics: FlowMagics) -> None:
    if shell.find_line_magic("flow") is None:
        shell.register_magic_function(magics.use, "line", "flow")
    else:
        print("another extension already defines %flow: write %nbflow instead")


def _find_notebook(namespace: dict[str, Any]) -> Path | None:
    """Return the file of the notebook that this kernel was started for, if the front end says it, else None."""
    named = os.environ.get("JPY_SESSION_NAME"), namespace.get("__session__"), namespace.get("__vsc_ipynb_file__")
    for name in filter(None, named):
        path = Path(str(name)).absolute()
        if path.suffix in SUFFIXES and is_notebook(path, _saved_text(path)):
            return path
    return None


def _saved_text(path: Path) -> str:
    """Return the text of a notebook's file; "" if it was never saved."""
    return path.read_text("utf-8-sig", "replace") if path.is_file() else ""


def as_magic(lines: list[str]) -> list[str]:
    """Move the header of a cell to the first line as a cell magic; remove a `%%shared` header and what is above it."""
    if _ASKS_FOR_HELP.fullmatch(text := "".join(lines)):
        return [text.rstrip()]  # IPython knows no blanks behind the question mark
    header = read_header(text)
    if header.kind is CellKind.SHARED:
        shared = "".join(lines[header.line :])
        return ["\n"] * header.line + (code_as_value(shared) if header.language else shared).splitlines(True)
    if header.kind in _OURS and not (header.line == 1 and lines[0].startswith(f"%%{header.kind} ")):
        above, line, below = lines[: header.line - 1], lines[header.line - 1], lines[header.line :]
        return [f"%%{header.kind} {rest_of(line)}\n", *above, *below]
    return lines


_ASKS_FOR_HELP = re.compile(r"%%\w+\?{1,2}\s*")
_NOTED = (CellKind.STEP, CellKind.PARAMETERS)  # by their magics
_OURS = (*_NOTED, CellKind.ENVIRONMENT)


def _text_of(kind: str, text: str) -> Callable[[], list[str]]:
    return lambda: [f"{kind}: {text}"]


def deleted_cells(shell: Any) -> list[str]:
    """Return the ids of the cells deleted since the last execution; JupyterLab sends them with the next one."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    found = parent.get("metadata", {}).get("deletedCells", ())
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _client_of(shell: Any) -> str:
    """Return the session of the front end whose request is executed, as its messages name it."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return str(parent.get("header", {}).get("session", ""))


@magics_class
class FlowMagics(Magics):
    """Connects a session with IPython: its magics, its hooks and the display of its errors."""

    def __init__(self, shell: Any, session: Session) -> None:
        super().__init__(shell)
        self.shell: Any
        self.session = session
        self.name_code: Callable[[str], Any] = lambda name: None
        self._running: tuple[str, str | None] = "", None

    # executed cells

    def before_cell(self, info: Any) -> None:
        """Note the cell that is about to run, and bind the results of a finished background run."""
        self._running = info.raw_cell or "", getattr(info, "cell_id", None)
        if deleted := deleted_cells(self.shell):
            self.session.forget(deleted)
        if self.session.runs.background is not None:
            self.session.runs.settle()

    def after_cell(self, result: Any) -> None:
        """Tell the session about an ordinary cell that ran without an error."""
        source, cell_id = result.info.raw_cell or "", getattr(result.info, "cell_id", None)
        is_cell = result.info.store_history or cell_id is not None  # else it is a request of the front end
        if is_cell and result.success and (source[:1].isalpha() or read_header(source).kind not in _NOTED):
            self.session.ran(source, cell_id)
        self.session.ledger.prune()
        if is_cell and not result.success and (repairs := self._find_repairs(result.error_in_exec)):
            self.session.screen.offer(repairs)

    def _find_repairs(self, error: BaseException | None) -> tuple[RepairLine, ...]:
        return repairs_of(error, self.session.graph()) if isinstance(error, NbflowError) else ()

    def _source(self, kind: CellKind, line: str, cell: str) -> tuple[str, str | None]:
        """Return the whole text of the cell as it is in the notebook, and its id."""
        source, cell_id = self._running
        if read_header(source).kind is kind:
            return source, cell_id
        return f"%%{kind} {line}\n{cell}", None

    # the magics

    @cell_magic
    def step(self, line: str, cell: str) -> None:
        """Make this cell a step of the flow."""
        self._guarded(lambda: self.session.execute(*self._source(CellKind.STEP, line, cell)))

    @cell_magic
    def parameters(self, line: str, cell: str) -> None:
        """Declare the parameters of the flow."""
        self._guarded(lambda: self.session.set_parameters(*self._source(CellKind.PARAMETERS, line, cell)))

    @cell_magic
    def shared(self, line: str, cell: str) -> None:
        """Run this cell here, and once in every worker: for styles, warning filters and the like."""
        exec(compile("\n" + cell, "<shared>", "exec", dont_inherit=True), self.shell.user_ns)

    @cell_magic
    def environment(self, line: str, cell: str) -> None:
        """Say which packages steps run with. Nothing is executed here."""

    @no_var_expand
    @line_magic
    def nbflow(self, line: str) -> None:
        """Work with the flow of this notebook."""
        self._use(line)

    @no_var_expand
    def use(self, line: str) -> None:
        """Work with the flow of this notebook."""
        self._use(line)

    def _use(self, line: str) -> None:
        """Expand `{…}` and `$name` as in any magic, but not in the text of a whole notebook, which takes minutes."""
        is_sent = line.startswith(CELLS)
        text = line.replace("{{", "{").replace("}}", "}") if is_sent else self.shell.var_expand(line, 3)
        self._guarded(lambda: use(self.session, text))

    # completion

    def take_completer(self) -> None:
        """Complete headers and `%flow` lines; all other code stays with IPython's completer.

        A matcher of IPython could not do this: where it finds nothing, files and variables are offered.
        """
        completer = self.shell.Completer
        others, one_line = completer.completions, completer.complete

        def words() -> str:
            return "flow|nbflow" if self.shell.find_line_magic("flow") == self.use else "nbflow"

        def completions(text: str, offset: int) -> Iterator[Completion]:
            found = complete(self.session, text, offset, words())
            if found is None:
                yield from others(text, offset)
            else:
                yield from (Completion(found.start, offset, word, _origin="nbflow", type="") for word in found.words)

        def complete_line(text: str | None = None, line: str | None = None, cursor: int | None = None) -> Any:
            typed = (line or text or "")[:cursor]
            found = complete(self.session, typed, len(typed), words())
            return one_line(text, line, cursor) if found is None else (typed[found.start :], [*found.words])

        completer.completions, completer.complete = completions, complete_line

    def leave_completer(self) -> None:
        """Let IPython complete everything again."""
        for name in ("completions", "complete"):
            self.shell.Completer.__dict__.pop(name, None)

    # errors

    def _guarded(self, work: Callable[[], None]) -> None:
        """Let errors fail the cell: nbflow's errors show only their text, errors of a body only the body's frames."""
        try:
            work()
        except BaseException as error:
            if error is self.session.steps.body_error:
                self._show_below(error)
            elif isinstance(error, NbflowError | KeyboardInterrupt):
                text = str(error) or "interrupted; finished tasks are kept"
                self._render_as(error, _text_of(type(error).__name__, text))
            elif isinstance(error, OSError):
                self._render_as(error, _text_of(type(error).__name__, str(SystemRefused(error))))
            raise

    def _show_below(self, error: BaseException) -> None:
        own = without_our_frames(error.__traceback__)
        clear_our_frames(error.__traceback__)

        def render() -> list[str]:
            error.__traceback__ = sys.last_traceback = own
            sys.last_value = error
            shown: list[str] = self.shell.InteractiveTB.structured_traceback(type(error), error, own, tb_offset=0)
            text = "\n".join(shown)
            return shown if len(text) <= LONGEST_TRACEBACK else [abridged(text, LONGEST_TRACEBACK)]

        self._render_as(error, render)

    def _render_as(self, error: BaseException, render: Callable[[], list[str]]) -> None:
        error._render_traceback_ = render  # type: ignore[attr-defined]  # IPython calls it

    def format_code_name(self, name: str) -> Any:
        """Return how tracebacks name a code object: as `movies.ipynb · step clean · cell 6`; IPython adds the line."""
        if " · cell " in name:
            where, _, cell = name.rpartition(" · ")
            return f"{where} ·", cell
        return self.name_code(name)


# IPython shows the docstrings as help: `%%step?`
FlowMagics.step.__doc__, FlowMagics.parameters.__doc__ = help_of_step(), help_of_parameters()
FlowMagics.nbflow.__doc__ = FlowMagics.use.__doc__ = help_of_flow(lines_of_verbs())
