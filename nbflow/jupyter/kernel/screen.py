"""Defines the screen on which a step's output appears, and records the output at the same time."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from typing import Any, Protocol

from nbflow.jupyter.protocol.repair_messages import RepairLine
from nbflow.run.output.capture import other_threads
from nbflow.run.output.display import bundle_of
from nbflow.run.output.live_output import OUTPUT_LIMIT
from nbflow.run.output.outputs import Output, Outputs, settle_outputs

Update = Callable[[str], None]


_OF_THE_KERNEL = other_threads()
"""The threads that existed before the extension; one of them forwards the output of child processes."""


class Screen(Protocol):
    """Shows the output of a cell."""

    def say(self, text: str) -> None:
        """Print a line of nbflow itself, which is not recorded."""

    def clear(self) -> None:
        """Remove the output of the cell as soon as it shows something else."""

    def replay(self, outputs: list[Output]) -> None:
        """Show recorded outputs again."""

    def result(self, value: object) -> None:
        """Show the value of the cell."""

    def offer(self, repairs: tuple[RepairLine, ...]) -> None:
        """Offer repairs below the error of the cell."""

    def flush(self) -> None:
        """Show the figures that are open."""

    def recording(self) -> AbstractContextManager[list[Output]]:
        """Show the output of the block as usual, and return the list that collects it in order."""

    def progress(self) -> AbstractContextManager[Update]:
        """Show a text that each update replaces."""


class StreamListener(Protocol):
    """Receives the text that is written to a stream."""

    def text(self, name: str, text: str) -> None: ...


class ScreenRecord(Outputs):
    """Records the outputs that a screen shows, with the same limits as the record of a worker."""

    def __init__(self) -> None:
        super().__init__()
        self._length = {"stdout": 0, "stderr": 0}

    def text(self, name: str, text: str) -> None:
        """Record text of a stream, up to the limit for stored output."""
        left = OUTPUT_LIMIT - self._length[name]
        if not text or left <= 0:
            return
        self._length[name] += len(text)
        if len(text) > left:
            text = text[:left] + f"\n[{name} is longer than {OUTPUT_LIMIT:,} characters; the rest was not stored]\n"
        super().text(name, text)


@contextmanager
def tee(record: StreamListener) -> Iterator[None]:
    """Record both streams; replacing their `write` methods also records log handlers that hold the streams."""
    with ExitStack() as stack:
        for name in ("stdout", "stderr"):
            stack.enter_context(_heard(name, record))
        yield


@contextmanager
def _heard(name: str, record: StreamListener) -> Iterator[None]:
    stream = getattr(sys, name)
    write, left_behind = stream.write, other_threads() - _OF_THE_KERNEL

    def heard(text: str) -> Any:
        if threading.current_thread() not in left_behind:
            record.text(name, text)
        return write(text)

    try:
        with replaced(stream, "write", heard), replaced(stream, "close", _stay_open):
            yield
    except _Fixed:
        setattr(sys, name, _Heard(stream, heard))
        try:
            yield
        finally:
            setattr(sys, name, stream)


def _stay_open() -> None:
    """Do not close the stream: the cells below still need it."""


class _Fixed(Exception):
    """Raised for an object whose attributes cannot be replaced."""


class _Heard:
    """Wraps a stream and calls another function for `write`."""

    def __init__(self, stream: Any, write: Callable[[str], Any]) -> None:
        self._stream, self.write = stream, write

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def close(self) -> None:
        _stay_open()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Replace an attribute of one object during the block, without a change of its class."""
    before = vars(owner).get(name, replaced)
    try:
        setattr(owner, name, value)
    except AttributeError:
        raise _Fixed from None
    try:
        yield
    finally:
        if before is replaced:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


class PlainScreen:
    """Shows output on the two standard streams only, for sessions without a front end."""

    def __init__(self) -> None:
        self._record: ScreenRecord | None = None

    def say(self, text: str) -> None:
        print(text.rstrip("\n"))

    def clear(self) -> None:
        pass

    def replay(self, outputs: list[Output]) -> None:
        show_again(outputs, lambda output: print(output["data"]["text/plain"]))

    def result(self, value: object) -> None:
        bundle = bundle_of(value)
        print(bundle["text/plain"], file=sys.__stdout__)
        if self._record is not None:
            self._record.show("execute_result", bundle)

    def offer(self, repairs: tuple[RepairLine, ...]) -> None:
        """Do nothing: the error says in words what to do."""

    def flush(self) -> None:
        """Do nothing, because there are no figures."""

    @contextmanager
    def recording(self) -> Iterator[list[Output]]:
        self._record = ScreenRecord()
        try:
            with tee(self._record):
                yield self._record.all
        finally:
            settle_outputs(self._record.all)
            self._record = None

    def progress(self) -> AbstractContextManager[Update]:
        return nullcontext(lambda text: None)


class Backstage:
    """Keeps the value of a step that runs in the kernel; the screen records the rest."""

    def __init__(self) -> None:
        self.value: object = None

    @contextmanager
    def task(self, label: str) -> Iterator[list[Output]]:
        self.value = None
        yield []

    def result(self, value: object) -> None:
        self.value = value

    def flush(self) -> None:
        """Do nothing: the figures are shown after the value, as in any cell."""


def show_again(outputs: list[Output], publish: Callable[[Output], None]) -> None:
    """Write recorded text to its stream, and pass other outputs to `publish`."""
    for output in outputs:
        if output["output_type"] == "stream":
            stream = getattr(sys, output["name"])
            stream.write(output["text"])
            with suppress(ValueError):
                stream.flush()
        else:
            publish(output)
