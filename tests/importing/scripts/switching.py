from metaflow import FlowSpec, JSONType, Parameter, step


class SwitchFlow(FlowSpec):
    """A step is chosen while the flow runs."""

    way = Parameter("way", default="slow", help="fast, slow or none")
    weights = Parameter("weights", type=JSONType, default='{"a": 1, "b": [2, 3], "ok": true}')

    @step
    def start(self):
        self.kind = self.way
        self.number = self.weights["b"][1]
        self.next({"fast": self.fast, "slow": self.slow, "none": self.end}, condition="kind")

    @step
    def fast(self):
        self.result = self.number
        self.next(self.end)

    @step
    def slow(self):
        self.big = self.number > 2
        self.next({True: self.large, False: self.small}, condition="big")

    @step
    def large(self):
        self.result = self.number * 100
        self.next(self.after_slow)

    @step
    def small(self):
        self.result = -1
        self.next(self.after_slow)

    @step
    def after_slow(self):
        print("slowly")
        self.note = "done"
        self.next(self.end)

    @step
    def end(self):
        print("end")


if __name__ == "__main__":
    SwitchFlow()
