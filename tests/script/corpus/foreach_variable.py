"""The name of a foreach's list stands in a variable."""

# $ run

from nbflow import FlowSpec as Flow_
from nbflow import step as a_step

LIST = "items"


class Corpus(Flow_):
    @a_step
    def start(self):
        self.items = [7, 8]
        self.next(self.work, foreach=LIST)

    @a_step
    def work(self):
        self.frame = [(one.step, one.var, one.index) for one in self._foreach_stack]
        self.value = self.input
        self.next(self.join)

    @a_step
    def join(self, inputs):
        self.values = [(one.value, one.frame) for one in inputs]
        self.next(self.end)

    @a_step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
