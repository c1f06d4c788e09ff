"""Foreachs over a text, a range and the pairs of a dict."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.text = "ab"
        self.next(self.letter, foreach="text")

    @step
    def letter(self):
        self.got = self.input
        self.next(self.letters)

    @step
    def letters(self, inputs):
        self.word = "".join(one.got for one in inputs)
        self.numbers = range(2)
        self.next(self.number_step)

    @step
    def number_step(self):
        self.next(self.number, foreach="numbers")

    @step
    def number(self):
        self.square = self.input**2
        self.next(self.squares)

    @step
    def squares(self, inputs):
        self.squares_of = [one.square for one in inputs]
        self.merge_artifacts(inputs, include=["word"])
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
