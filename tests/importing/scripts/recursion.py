from nbflow import FlowSpec, step


class RecursionFlow(FlowSpec):
    """Newton's way to a square root, until it is good enough."""

    @step
    def start(self):
        self.target = 2.0
        self.guess = self.target
        self.turns = 0
        self.next(self.improve)

    @step
    def improve(self):
        self.guess = (self.guess + self.target / self.guess) / 2
        self.turns += 1
        error = abs(self.guess**2 - self.target)
        self.state = "good" if error < 1e-9 else "bad"
        self.next({"bad": self.improve, "good": self.end}, condition="state")

    @step
    def end(self):
        self.answer = (round(self.guess, 6), self.turns)


if __name__ == "__main__":
    RecursionFlow()
