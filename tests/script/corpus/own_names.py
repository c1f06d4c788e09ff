"""The first and the last step have names of their own."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step(start=True)
    def first(self):
        self.x = 1
        self.next(self.last)

    @step(end=True)
    def last(self):
        self.y = self.x + 1


if __name__ == "__main__":
    Corpus()
