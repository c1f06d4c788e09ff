"""What takes too long is stopped, and caught like any failure."""

# $ run

import time

from nbflow import FlowSpec, catch, step, timeout


class Corpus(FlowSpec):
    @catch(var="problem", print_exception=False)
    @timeout(seconds=1)
    @step
    def start(self):
        self.before = True
        time.sleep(30)
        self.next(self.end)

    @step
    def end(self):
        self.kind = self.problem.type.rpartition(".")[2]


if __name__ == "__main__":
    Corpus()
