"""Steps and parameters of a base class, one of them overridden."""

# $ run --shared 4

from nbflow import FlowSpec, Parameter, step


class Base(FlowSpec):
    shared = Parameter("shared", default=1)

    @step
    def start(self):
        self.trail = ["base start"]
        self.next(self.middle)

    @step
    def middle(self):
        self.trail.append("base middle")
        self.next(self.end)

    @step
    def end(self):
        self.note("base end")

    def note(self, text):
        self.trail = [*self.trail, (text, self.shared)]


class Corpus(Base):
    @step
    def middle(self):
        self.note("own middle")
        self.next(self.end)


if __name__ == "__main__":
    Corpus()
