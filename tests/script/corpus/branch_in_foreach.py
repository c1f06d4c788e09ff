"""A static split for each item."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.items = [1, 2]
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.base = self.input
        self.next(self.plus, self.times)

    @step
    def plus(self):
        self.value = self.base + self.input
        self.next(self.join_item)

    @step
    def times(self):
        self.value = self.base * 10
        self.next(self.join_item)

    @step
    def join_item(self, inputs):
        self.pair = inputs.plus.value, inputs.times.value
        self.next(self.join)

    @step
    def join(self, inputs):
        self.pairs = [one.pair for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
