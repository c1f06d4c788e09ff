"""A step calls functions in children of its process, runs commands, and measures how long something takes."""

# $ run

import os
import re
from contextlib import redirect_stdout
from io import StringIO

from nbflow import FlowSpec, parallel_imap_unordered, parallel_map, profile, step

FACTOR = 3


def fail(number):
    if number == 2:
        raise ValueError("two")
    return number


class Corpus(FlowSpec):
    @step
    def start(self):
        offset = 10
        self.mapped = parallel_map(lambda x: x * FACTOR + offset, range(7))
        self.few = parallel_map(str, (n for n in range(5)), max_parallel=2)
        self.unordered = sorted(parallel_imap_unordered(lambda x: len(x), ["a", "bb", "ccc"], max_parallel=1))
        self.nothing = parallel_map(str, []), parallel_map(str, [1], max_parallel=0)
        self.processes = len({os.getpid(), *parallel_map(lambda _: os.getpid(), range(3))})
        self.large = sum(map(len, parallel_map(lambda n: bytes(n << 20), [1, 2, 3])))
        self.here = os.path.isdir("files") or os.mkdir("files")
        self.placed = parallel_map(lambda _: sorted(os.listdir("files"))[0][:13], [1], dir="files")
        self.seen = []
        parallel_map(self.seen.append, [1, 2])
        self.lazy = next(iter(parallel_imap_unordered(str, [5])))
        try:
            parallel_map(fail, range(4))
        except Exception as error:  # noqa: BLE001 - each engine has its own
            self.failed = type(error).__name__, str(error)
        self.next(self.commands)

    @step
    def commands(self):
        self.one = self.cmd("cat a b > c", input={"a": "é", "b": b"\xff"}, output=["c"])
        self.two = self.cmd("echo x > d", output=["c", "d"])
        self.none = self.cmd("echo said")
        try:
            self.cmd("exit 3")
        except Exception as error:  # noqa: BLE001 - each engine has its own
            self.refused = type(error).__name__, str(error)
        self.next(self.timed)

    @step
    def timed(self):
        said, self.stats = StringIO(), {"a": 5}
        with redirect_stdout(said), profile("loading"):
            print("inside")
        self.said = re.sub(r"\d+ms", "?ms", said.getvalue())
        with profile("a", stats_dict=self.stats), profile("b", self.stats):
            pass
        self.stats = {name: value // 1000 for name, value in self.stats.items()}
        try:
            with redirect_stdout(said), profile("failing"):
                raise ValueError
        except ValueError:
            self.ended = "failing completed" in said.getvalue()
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
