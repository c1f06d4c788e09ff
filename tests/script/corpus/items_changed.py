"""Steps change the item of a foreach in place, or replace its list."""

# $ run

from nbflow import FlowSpec, step


class Film:
    def __init__(self, title):
        self.title, self.notes = title, []


class Corpus(FlowSpec):
    @step
    def start(self):
        self.grid = [{"lr": 1}, {"lr": 2}]
        self.films = (Film("a"), Film("b"))
        self.numbers = [1, 2, 3]
        self.next(self.fit_all, self.note_all, self.count_all)

    @step
    def fit_all(self):
        self.next(self.fit, foreach="grid")

    @step
    def fit(self):
        self.input["seed"] = self.index
        self.is_same = self.input is self.grid[self.index]
        self.next(self.look)

    @step
    def look(self):
        self.seen = dict(self.input), self.grid
        self.next(self.fitted)

    @step
    def fitted(self, inputs):
        self.seen = [(one.seen, one.input, one.is_same) for one in inputs]
        self.next(self.join)

    @step
    def note_all(self):
        self.next(self.note, foreach="films")

    @step
    def note(self):
        self.input.notes.append(self.index)
        self.next(self.noted)

    @step
    def noted(self, inputs):
        self.notes = [[film.notes for film in one.films] for one in inputs]
        self.next(self.join)

    @step
    def count_all(self):
        self.next(self.count, foreach="numbers")

    @step
    def count(self):
        self.before = self.input
        self.numbers = [100 * number for number in self.numbers]
        self.kept = self.input
        self.next(self.recount)

    @step
    def recount(self):
        self.after = self.input, self.foreach_stack()
        self.next(self.counted)

    @step
    def counted(self, inputs):
        self.counts = [(one.before, one.kept, one.after, one.input) for one in inputs]
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = inputs.fitted.seen, inputs.noted.notes, inputs.counted.counts
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
