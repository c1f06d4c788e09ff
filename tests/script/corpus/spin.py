"""Steps of every kind are spun on what a run has stored, also one that has failed and was mended."""

# $ run --alpha 5
# $ spin start --persist
# $ spin work --persist
# $ spin {run}/join --persist
# $ spin right
# $ spin both --persist
# $ spin end
# $ edit "1/0" "10"
# $ spin end --persist
# $ spin nowhere
# $ spin {run}/end/77

from nbflow import FlowSpec, Parameter, current, step


class Corpus(FlowSpec):
    alpha = Parameter("alpha", default=2)
    LIMIT = (3,)

    @step
    def start(self):
        self.items = ["a", "b", "c"]
        print("start", self.alpha, self.LIMIT, current.origin_run_id)
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.made = self.input * self.alpha
        print("work", self.input, self.index, self.foreach_stack(), current.retry_count, current.step_name)
        self.next(self.after)

    @step
    def after(self):
        self.made += str(self.index)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = sorted(one.made for one in inputs)
        self.merge_artifacts(inputs, include=["items"])
        print("join", self.all, self.items)
        self.next(self.split)

    @step
    def split(self):
        self.next(self.left, self.right)

    @step
    def left(self):
        self.side = "left"
        self.next(self.both)

    @step
    def right(self):
        self.side = "right"
        self.all.append("more")
        print("right", self.all, self.alpha)
        self.next(self.both)

    @step
    def both(self, inputs):
        self.sides = [inputs.left.side, inputs.right.side, len(inputs.right.all)]
        print("both", self.sides)
        self.next(self.end)

    @step
    def end(self):
        self.last = eval("1/0")
        print("end", self.sides, self.last)


if __name__ == "__main__":
    Corpus()
