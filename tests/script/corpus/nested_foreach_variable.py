"""Foreachs in one another whose lists are named by variables, with what each task knows of those around it."""

# $ run

from nbflow import FlowSpec, step

OUTER = "rows"
NAMES = ["cells"]


def frames(flow):
    return [(one.step, one.var, one.index, one.num_splits) for one in flow._foreach_stack]


class Corpus(FlowSpec):
    @step
    def start(self):
        self.rows = [1, 2]
        self.next(self.row, foreach=OUTER)

    @step
    def row(self):
        self.cells = "ab"
        self.at_row = frames(self)
        self.next(self.cell, foreach=NAMES[0])

    @step
    def cell(self):
        self.fixed = [0]
        self.at_cell = frames(self)
        self.next(self.deep, foreach="fixed")

    @step
    def deep(self):
        self.at_deep = frames(self), self.foreach_stack()
        self.next(self.join_deep)

    @step
    def join_deep(self, inputs):
        self.at_join_deep = frames(self)
        self.next(self.join_cells)

    @step
    def join_cells(self, inputs):
        self.at_join_cells = frames(self)
        self.next(self.join_rows)

    @step
    def join_rows(self, inputs):
        self.at_join_rows = frames(self)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
