"""Every item takes its own path."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.items = ["odd", "even"]
        self.next(self.route, foreach="items")

    @step
    def route(self):
        self.kind = self.input
        self.next({"odd": self.odd, "even": self.even}, condition="kind")

    @step
    def odd(self):
        self.value = 1
        self.next(self.join)

    @step
    def even(self):
        self.value = 2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.values = sorted(one.value for one in inputs)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
