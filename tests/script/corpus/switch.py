"""A switch takes the path of its case."""

# $ run
# $ run --way fast

from nbflow import FlowSpec, Parameter, step


class Corpus(FlowSpec):
    way = Parameter("way", default="slow")

    @step
    def start(self):
        self.chosen = self.way
        self.next({"fast": self.fast, "slow": self.slow}, condition="chosen")

    @step
    def fast(self):
        self.result = "f"
        self.next(self.end)

    @step
    def slow(self):
        self.result = "s"
        self.next(self.end)

    @step
    def end(self):
        self.final = self.result


if __name__ == "__main__":
    Corpus()
