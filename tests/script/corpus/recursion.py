"""A switch onto itself repeats its step."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.count, self.seen = 0, []
        self.next(self.loop)

    @step
    def loop(self):
        self.count += 1
        self.seen = [*self.seen, self.count]
        self.more = "again" if self.count < 3 else "done"
        self.next({"again": self.loop, "done": self.end}, condition="more")

    @step
    def end(self):
        self.total = sum(self.seen)


if __name__ == "__main__":
    Corpus()
