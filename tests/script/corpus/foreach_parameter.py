"""A foreach over a parameter with a separator."""

# $ run --names u,v

from nbflow import FlowSpec, Parameter, step


class Corpus(FlowSpec):
    names = Parameter("names", default="a,b,c", separator=",")

    @step
    def start(self):
        self.next(self.one, foreach="names")

    @step
    def one(self):
        self.upper = self.input.upper()
        self.next(self.join)

    @step
    def join(self, inputs):
        self.uppers = [one.upper for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        self.number = len(self.names)


if __name__ == "__main__":
    Corpus()
