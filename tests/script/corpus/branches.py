"""A static split, joined by the names of its branches."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.base = 10
        self.next(self.left, self.right)

    @step
    def left(self):
        self.value = self.base + 1
        self.next(self.join)

    @step
    def right(self):
        self.value = self.base * 2
        self.only_right = True
        self.next(self.join)

    @step
    def join(self, inputs):
        self.values = inputs.left.value, inputs.right.value, inputs.right.only_right
        self.has_base = hasattr(self, "base")
        self.count = len(list(inputs))
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
