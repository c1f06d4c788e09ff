"""A run that failed at its end is resumed there."""

# $ run --tag t
# $ resume

from nbflow import FlowSpec, current, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.value = "start"
        print("start runs")
        self.next(self.middle)

    @step
    def middle(self):
        self.value += " middle"
        self.origin = current.origin_run_id is not None
        self.next(self.end)

    @step
    def end(self):
        if current.origin_run_id is None:
            raise ValueError("the first time")
        self.value += " end"


if __name__ == "__main__":
    Corpus()
