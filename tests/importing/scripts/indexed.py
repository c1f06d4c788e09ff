from nbflow import FlowSpec, step


class IndexedFlow(FlowSpec):
    """Steps that look at themselves: their place in a foreach."""

    @step
    def start(self):
        self.letters = ["p", "q", "r"]
        self.next(self.work, foreach="letters")

    @step
    def work(self):
        self.numbered = f"{self.index}{self.input}"
        self.next(self.after)

    @step
    def after(self):
        self.doubled = self.input * 2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.numbers = [task.numbered for task in inputs]
        self.places = [(task.index, task.input, task.doubled) for task in inputs]
        self.outside = (self.index, self.input)
        self.next(self.end)

    @step
    def end(self):
        print(self.numbers)


if __name__ == "__main__":
    IndexedFlow()
