from metaflow import FlowSpec, Parameter, step


class BranchFlow(FlowSpec):
    """Branches whose artifacts are merged."""

    alpha = Parameter("alpha", type=float, default=1, help="What is added.")

    @step
    def start(self):
        self.common = 5
        self.shared = [1, 2]
        self.next(self.a, self.b)

    @step
    def a(self):
        self.x = 1 + self.alpha
        self.longer = self.shared + [3]
        self.winner = "a"
        self.next(self.a2)

    @step
    def a2(self):
        self.y = self.x + len(self.longer)
        self.next(self.join)

    @step
    def b(self):
        self.x = 2 * self.common
        self.only_b = "b"
        self.next(self.join)

    @step
    def join(self, inputs):
        # x differs, so it has to be settled by hand
        self.x = inputs.a2.x
        self.total = sum(one.x for one in inputs)
        self.first = inputs[0].y
        self.merge_artifacts(inputs, exclude=["y"])
        self.next(self.end)

    @step
    def end(self):
        print(self.total, self.x, self.common)
        self.everything = (self.common, self.longer, self.shared, self.only_b, self.winner, self.total)


if __name__ == "__main__":
    BranchFlow()
