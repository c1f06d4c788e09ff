"""One item of a foreach has failed; only it is run again."""

# $ run
# $ resume

import time

from nbflow import FlowSpec, current, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.items = [1, 2]
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.resumed = current.origin_run_id is not None
        if self.input == 2 and not self.resumed:
            time.sleep(4)  # the other item has finished by then
            raise ValueError("the first time")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.which = [one.resumed for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
