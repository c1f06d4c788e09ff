"""A step that nothing leads to is found before anything runs."""

# $ check
# $ run
# $ nonsense

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def orphan(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
