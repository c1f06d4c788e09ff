"""Joins inside of a foreach know its item, once they have merged its list."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.größen = ["s", "m"]
        self.next(self.split, foreach="größen")

    @step
    def split(self):
        self.next(self.left, self.right)

    @step
    def left(self):
        self.inner = [1, 2]
        self.next(self.leaf, foreach="inner")

    @step
    def leaf(self):
        self.leaf_value = (self.input, self.foreach_stack())
        self.next(self.leaf_join)

    @step
    def leaf_join(self, inputs):
        self.values = [one.leaf_value for one in inputs]
        self.merge_artifacts(inputs, exclude=["leaf_value"])
        self.at = (self.index, self.input)
        self.next(self.meet)

    @step
    def right(self):
        self.next(self.meet)

    @step
    def meet(self, inputs):
        self.merge_artifacts(inputs)
        self.here = (self.index, self.input)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = [(one.at, one.here, one.values) for one in inputs]
        self.outside = (self.index, self.input)
        self.next(self.end)

    @step
    def end(self):
        print(self.all)


if __name__ == "__main__":
    Corpus()
