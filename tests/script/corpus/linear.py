"""Artifacts of many types flow along a row of steps, are changed in place and replaced."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.numbers, self.table = [1, 2], {"a": (1, 2.5), "b": {3}}
        self.text, self.nothing, self.raw = "é\n", None, b"\x00\xff"
        self.next(self.middle)

    @step
    def middle(self):
        self.numbers.append(3)
        self.table["c"] = self.numbers
        self.text = self.text.upper()
        self.seen = hasattr(self, "missing"), self.raw
        self.next(self.end)

    @step
    def end(self):
        self.total = sum(self.numbers) + len(self.table)


if __name__ == "__main__":
    Corpus()
