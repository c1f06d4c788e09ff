"""A switch on a bool, and one behind it."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.large = 3 > 2
        self.next({True: self.yes, False: self.no}, condition="large")

    @step
    def yes(self):
        self.number = 2
        self.next({1: self.one, 2: self.two}, condition="number")

    @step
    def no(self):
        self.next(self.end)

    @step
    def one(self):
        self.next(self.end)

    @step
    def two(self):
        self.path = "two"
        self.next(self.end)

    @step
    def end(self):
        self.last = self.path


if __name__ == "__main__":
    Corpus()
