"""A foreach over a list: item, index and stack stay through the steps inside."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.words = ["x", "yy", "zzz"]
        self.next(self.measure, foreach="words")

    @step
    def measure(self):
        self.size = len(self.input)
        self.place = self.index, self.foreach_stack()
        self.next(self.double)

    @step
    def double(self):
        self.size *= 2
        self.again = self.input, self.index
        self.next(self.join)

    @step
    def join(self, inputs):
        self.sizes = [one.size for one in inputs]
        self.inputs_index = [one.index for one in inputs]
        self.outside = self.index, self.input
        self.next(self.end)

    @step
    def end(self):
        self.largest = max(self.sizes)


if __name__ == "__main__":
    Corpus()
