"""A foreach in a foreach, joined level by level."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.outer = ["a", "b"]
        self.next(self.open_inner, foreach="outer")

    @step
    def open_inner(self):
        self.inner = [1, 2]
        self.next(self.work, foreach="inner")

    @step
    def work(self):
        self.stack = self.foreach_stack()
        self.frames = [(one.var, one.index, one.num_splits, one.value) for one in self._foreach_stack]
        self.next(self.join_inner)

    @step
    def join_inner(self, inputs):
        self.stacks = [one.stack for one in inputs]
        self.frames = inputs[0].frames
        self.place = self.index, self.input, self.foreach_stack()
        self.next(self.below)

    @step
    def below(self):
        self.place_below = self.index, self.input, self.foreach_stack()
        self.next(self.join_outer)

    @step
    def join_outer(self, inputs):
        self.all = [one.stacks for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
