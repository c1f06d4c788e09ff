"""Class attributes are seen in every step, and cannot be set."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    LIMIT = 3
    NAMES = ("a", "b")

    @step
    def start(self):
        self.first = self.LIMIT, self.NAMES
        try:
            self.LIMIT = 4
        except AttributeError:
            self.refused = "LIMIT"
        self.next(self.left, self.right)

    @step
    def left(self):
        self.next(self.join)

    @step
    def right(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.still = self.LIMIT + len(self.NAMES)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
