"""What ends its process is no exception to catch: an attempt more handles it."""

# $ run
# Each engine says in its own words what is wrong.

import sys

from nbflow import FlowSpec, catch, current, retry, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.items = ["well", "exit", "interrupt"]
        self.next(self.work, foreach="items")

    @retry(times=1, minutes_between_retries=0)
    @catch(var="problem", print_exception=False)
    @step
    def work(self):
        self.attempt = current.retry_count
        if self.input == "exit":
            sys.exit(3)
        if self.input == "interrupt" and current.retry_count == 0:
            raise KeyboardInterrupt
        self.done = self.input
        self.next(self.join)

    @step
    def join(self, inputs):
        self.done = [getattr(one, "done", None) for one in inputs]
        self.kinds = [one.problem and one.problem.type.rpartition(".")[2] for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
