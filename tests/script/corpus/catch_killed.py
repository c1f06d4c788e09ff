"""A task that kills its own process is caught by an attempt more."""

# $ run

import os
import signal

from nbflow import FlowSpec, catch, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.items = [0, 1]
        self.next(self.work, foreach="items")

    @catch(var="problem", print_exception=False)
    @step
    def work(self):
        if self.input:
            os.kill(os.getpid(), signal.SIGKILL)
        self.done = True
        self.next(self.join)

    @step
    def join(self, inputs):
        self.caught = [one.problem is not None for one in inputs]
        self.kind = inputs[1].problem.type.rpartition(".")[2]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
