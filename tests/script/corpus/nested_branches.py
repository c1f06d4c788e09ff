"""Splits inside a split, each merged where it is joined."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.common = "c"
        self.next(self.a, self.b)

    @step
    def a(self):
        self.next(self.a1, self.a2)

    @step
    def a1(self):
        self.one = 1
        self.next(self.a_join)

    @step
    def a2(self):
        self.two = 2
        self.next(self.a_join)

    @step
    def a_join(self, inputs):
        self.merge_artifacts(inputs)
        self.next(self.join)

    @step
    def b(self):
        self.three = 3
        self.next(self.join)

    @step
    def join(self, inputs):
        self.merge_artifacts(inputs)
        self.next(self.end)

    @step
    def end(self):
        self.total = self.one + self.two + self.three, self.common


if __name__ == "__main__":
    Corpus()
