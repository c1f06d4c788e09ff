"""A required parameter that is not given is a usage error."""

# $ run
# $ run --must 4

from nbflow import FlowSpec, Parameter, step


class Corpus(FlowSpec):
    must = Parameter("must", type=int, required=True)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        self.got = self.must + 1


if __name__ == "__main__":
    Corpus()
