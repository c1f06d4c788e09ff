"""Shows the output of a step in an IPython shell, and records it at the same time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

from IPython.display import display

from nbflow.jupyter.kernel.screen import ScreenRecord, Update, replaced, show_again, tee
from nbflow.jupyter.protocol.repair_messages import REPAIRS, RepairLine, RepairList
from nbflow.jupyter.protocol.wire import to_data
from nbflow.run.output.display import in_json, within_its_time
from nbflow.run.output.outputs import Bundle, Output, settle_outputs
from nbflow.run.output.widgets import keep_widgets, show_states


class ShellScreen:
    """Shows and records output in a kernel or in IPython's terminal."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    @property
    def has_front_end(self) -> bool:
        """Tell whether a notebook front end shows the output, not a terminal."""
        return hasattr(self._shell, "kernel")

    def say(self, text: str) -> None:
        print(text.rstrip("\n"))

    def clear(self) -> None:
        self._shell.display_pub.clear_output(wait=True)

    def replay(self, outputs: list[Output]) -> None:
        show_again(outputs, self._show_again)

    def _show_again(self, output: Output) -> None:
        """Show one recorded output again."""
        if "widgets" in output:
            show_states(output["widgets"]["state"])
        match output["output_type"]:
            case "error":
                self._shell._showtraceback(_Named(output["ename"]), output["evalue"], output["traceback"])
            case "execute_result" if self.has_front_end:
                hook = self._shell.displayhook
                hook.start_displayhook()
                hook.write_output_prompt()
                hook.write_format_data(output["data"], output["metadata"])
                hook.finish_displayhook()
            case _:
                self._shell.display_pub.publish(output["data"], output["metadata"])

    def result(self, value: object) -> None:
        self._shell.displayhook(value)

    def offer(self, repairs: tuple[RepairLine, ...]) -> None:
        """Offer repairs below the error of the cell; a terminal has no buttons, and the error says it in words."""
        if self.has_front_end:
            self._shell.display_pub.publish({REPAIRS: to_data(RepairList(repairs)), "text/plain": ""})

    def flush(self) -> None:
        """Show the inline figures now; the backend would show them at the end of the cell, too late for the record."""
        inline, pyplot = (sys.modules.get(name) for name in ("matplotlib_inline.backend_inline", "matplotlib.pyplot"))
        if inline is not None and pyplot is not None and "inline" in pyplot.get_backend():
            inline.flush_figures()

    @contextmanager
    def recording(self) -> Iterator[list[Output]]:
        record = _DisplayRecord()
        publisher, hook, formatter = self._shell.display_pub, self._shell.displayhook, self._shell.display_formatter
        with ExitStack() as stack:
            stack.enter_context(tee(record))
            stack.enter_context(replaced(formatter, "format", within_its_time(formatter.format)))
            stack.enter_context(replaced(publisher, "publish", record.heard_by(publisher.publish)))
            stack.enter_context(replaced(publisher, "clear_output", record.cleared_by(publisher.clear_output)))
            stack.enter_context(replaced(hook, "write_format_data", record.result_of(hook.write_format_data)))
            stack.enter_context(replaced(self._shell, "_showtraceback", record.failed_by(self._shell._showtraceback)))
            stack.callback(keep_widgets, record.all)
            stack.callback(settle_outputs, record.all)
            yield record.all

    def progress(self) -> AbstractContextManager[Update]:
        return self._updating() if self.has_front_end else nullcontext(lambda text: None)

    @contextmanager
    def _updating(self) -> Iterator[Update]:
        handle: Any = None

        def update(text: str) -> None:
            nonlocal handle
            bundle = {"text/plain": text}
            if handle is None:
                handle = display(bundle, raw=True, display_id=True)
            else:
                handle.update(bundle, raw=True)

        yield update


class _Named:
    """Stands for the type of an error when only its name is known."""

    def __init__(self, name: str) -> None:
        self.__name__ = name


class _DisplayRecord(ScreenRecord):
    """Records what IPython publishes."""

    def heard_by(self, publish: Any) -> Any:
        def heard(data: Bundle, metadata: Any = None, *args: Any, **more: Any) -> None:
            name = (more.get("transient") or {}).get("display_id")
            if more.get("update", False):
                self.update(name, in_json(data), in_json(metadata or {}))
            else:
                self.show("display_data", in_json(data), in_json(metadata or {}), name)
            publish(data, metadata, *args, **more)

        return heard

    def cleared_by(self, clear: Any) -> Any:
        def heard(wait: bool = False) -> None:
            self.clear(wait)
            clear(wait)

        return heard

    def result_of(self, write: Any) -> Any:
        def heard(data: Bundle, metadata: Any = None) -> None:
            self.show("execute_result", in_json(data), in_json(metadata or {}))
            write(data, metadata)

        return heard

    def failed_by(self, show: Any) -> Any:
        def heard(etype: Any, evalue: Any, traceback: list[str]) -> None:
            self.fail(str(etype.__name__), str(evalue), traceback)
            show(etype, evalue, traceback)

        return heard
