"""Artifacts with the name of their step or of a method, and a method on self, which is no artifact."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    _seed = 3
    limit = 4

    def score(self):
        return 5

    @staticmethod
    def double(number):
        return 2 * number

    @step
    def start(self):
        self.score = self.score()
        self.double = self.double(self.score)
        self.seen = self.score, self.double
        self.function = self.score_again
        self.total = self.function()
        self._seed = 4
        try:
            self.limit = 5
        except AttributeError as error:
            self.refused = type(error).__name__
        self.items = [1, 2]
        self.next(self.work, foreach="items")

    def score_again(self):
        return self.score + 1

    @step
    def work(self):
        self.work = self.input
        self.later = callable(self.score), callable(self.double), hasattr(self, "function"), self._seed
        self.next(self.join)

    @step
    def join(self, inputs):
        self.works = [callable(one.work) for one in inputs]
        self.merge_artifacts(inputs, exclude=["items"])
        self.merged = callable(self.work), callable(self.score)
        self.next(self.end)

    @step
    def end(self):
        print(self.works, self.merged, self.later)


if __name__ == "__main__":
    Corpus()
