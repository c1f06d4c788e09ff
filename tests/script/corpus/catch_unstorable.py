"""An artifact that cannot be stored is caught by an attempt more, which has no artifacts of the step."""

# $ run
# Each engine says in its own words what is wrong.

from nbflow import FlowSpec, catch, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.items = [0, 1]
        self.next(self.work, foreach="items")

    @catch(var="problem", print_exception=False)
    @step
    def work(self):
        if self.input:
            self.lines = (line for line in "abc")
        self.done = True
        self.next(self.join)

    @step
    def join(self, inputs):
        self.caught = [one.problem is not None for one in inputs]
        self.kind = inputs[1].problem.type.rpartition(".")[2]
        self.has = [hasattr(one, "done") for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
