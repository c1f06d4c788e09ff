"""A foreach over nothing fails in the step that made the list."""

# $ run
# Each engine says in its own words what is wrong.

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.items = []
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
