"""There is no run to resume, or no such step."""

# $ resume
# $ run
# $ resume nowhere

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
