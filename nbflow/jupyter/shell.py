"""The screen of an IPython shell: what a step shows appears in the cell, and is recorded as it passes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

from IPython.display import display

from nbflow.jupyter.screen import Record, Update, replaced, show_again, tee
from nbflow.run.outputs import Output


class ShellScreen:
    """Works in a kernel and in a terminal."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    @property
    def has_front_end(self) -> bool:
        return hasattr(self._shell, "kernel")

    def say(self, text: str) -> None:
        print(text.rstrip("\n"))

    def clear(self) -> None:
        self._shell.display_pub.clear_output(wait=True)

    def replay(self, outputs: list[Output]) -> None:
        show_again(outputs, lambda output: self._shell.display_pub.publish(output["data"], output["metadata"]))

    def result(self, value: object) -> None:
        self._shell.displayhook(value)

    def flush(self) -> None:
        """The inline backend shows its figures at the end of a cell; that would be too late to be recorded."""
        inline, pyplot = (sys.modules.get(name) for name in ("matplotlib_inline.backend_inline", "matplotlib.pyplot"))
        if inline is not None and pyplot is not None and "inline" in pyplot.get_backend():
            inline.flush_figures()

    @contextmanager
    def recording(self) -> Iterator[list[Output]]:
        record = _DisplayRecord()
        publisher, hook = self._shell.display_pub, self._shell.displayhook
        with ExitStack() as stack:
            stack.enter_context(tee(record))
            stack.enter_context(replaced(publisher, "publish", record.heard_by(publisher.publish)))
            stack.enter_context(replaced(publisher, "clear_output", record.cleared_by(publisher.clear_output)))
            stack.enter_context(replaced(hook, "write_format_data", record.result_of(hook.write_format_data)))
            yield record.outputs

    def progress(self) -> AbstractContextManager[Update]:
        return self._updating() if self.has_front_end else nullcontext(lambda text: None)

    @contextmanager
    def _updating(self) -> Iterator[Update]:
        handle: Any = None

        def update(text: str) -> None:
            nonlocal handle
            bundle = {"text/plain": text}
            if handle is None:
                handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
            else:
                handle.update(bundle, raw=True)

        yield update


class _DisplayRecord(Record):
    """A record that hears what IPython publishes."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: dict[str, Output] = {}

    def heard_by(self, publish: Any) -> Any:
        def heard(data: Mapping[str, Any], metadata: Any = None, *args: Any, **more: Any) -> None:
            self._hear(data, metadata, (more.get("transient") or {}).get("display_id"), more.get("update", False))
            publish(data, metadata, *args, **more)

        return heard

    def _hear(self, data: Mapping[str, Any], metadata: Any, name: str | None, update: bool) -> None:
        if update:
            if name in self._ids:
                self._ids[name].update(data=dict(data), metadata=dict(metadata or {}))
            return
        self.bundle("display_data", data, metadata)
        if name:
            self._ids[name] = self.outputs[-1]

    def cleared_by(self, clear: Any) -> Any:
        def heard(*args: Any, **more: Any) -> None:
            self.outputs.clear()
            clear(*args, **more)

        return heard

    def result_of(self, write: Any) -> Any:
        def heard(data: Mapping[str, Any], metadata: Any = None) -> None:
            self.bundle("execute_result", data, metadata)
            write(data, metadata)

        return heard
