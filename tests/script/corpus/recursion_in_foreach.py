"""Every item repeats its step as often as it says."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.turns = [1, 2]
        self.next(self.begin, foreach="turns")

    @step
    def begin(self):
        self.count = 0
        self.next(self.loop)

    @step
    def loop(self):
        self.count += 1
        self.go_on = str(self.count < self.input)
        self.next({"True": self.loop, "False": self.leave}, condition="go_on")

    @step
    def leave(self):
        self.result = self.index, self.count
        self.next(self.join)

    @step
    def join(self, inputs):
        self.results = [one.result for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
