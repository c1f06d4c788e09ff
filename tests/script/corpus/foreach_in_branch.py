"""A foreach in one branch of a split."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.items = [3, 4]
        self.next(self.many, self.single)

    @step
    def many(self):
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.cube = self.input**3
        self.next(self.gather)

    @step
    def gather(self, inputs):
        self.value = sum(one.cube for one in inputs)
        self.next(self.join)

    @step
    def single(self):
        self.value = -1
        self.next(self.join)

    @step
    def join(self, inputs):
        self.values = sorted(one.value for one in inputs)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
