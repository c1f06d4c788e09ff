"""A join has failed; the tasks that it joins are kept."""

# $ run
# $ resume

from nbflow import FlowSpec, current, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.next(self.a, self.b)

    @step
    def a(self):
        self.ran = current.origin_run_id is None
        self.next(self.join)

    @step
    def b(self):
        self.ran = current.origin_run_id is None
        self.next(self.join)

    @step
    def join(self, inputs):
        self.kept = [one.ran for one in inputs]
        if current.origin_run_id is None:
            raise ValueError("the first time")
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
