"""Every task finds the script as a process of its own: its seeds, its globals, and what stands before the flow."""

# $ run

import logging
import random

from nbflow import FlowSpec, step

random.seed(1)
own = random.Random(2)
MODE = "slow"
count = 0
seen = []


class Tally:
    total = 0


def note(item):
    global count
    count += 1
    seen.append(item)
    Tally.total += 1
    return random.random(), own.random(), MODE, EXTRA, count, list(seen), Tally.total


class Corpus(FlowSpec):
    @step
    def start(self):
        self.first = note("start")
        self.named = {0: "a", 1: "b", 2: "c", 3: "d"}
        self.level = logging.getLogger().level
        self.file = self.script_name
        self.next(self.work, foreach="named")

    @step
    def work(self):
        self.noted = note(self.input)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = [one.noted for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        self.last = note("end")


def main():
    logging.basicConfig(level=logging.ERROR)
    Corpus()
    raise AssertionError("the flow ends the process")


if __name__ == "__main__":
    MODE = "fast"
    EXTRA = ["set below the class"]
    main()
