"""A running task finds itself, its run and what has finished."""

# $ run

from nbflow import FlowSpec, Run, Task, current, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.items = ["a", "b"]
        self._private = 5
        self.next(self.work, foreach="items")

    @step
    def work(self):
        task = Task(current.pathspec)
        self.me = task.id == current.task_id, task.parent.id, task.parent.parent.id == current.run_id
        self.above = Run(f"{current.flow_name}/{current.run_id}")["start"].task.data.items
        self.listed = current.task_id in [one.id for one in task.parent]
        self.index_of = self.index
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = [(one.me, one.listed) for one in inputs]
        self.run_ = current.run
        self.next(self.end)

    @step
    def end(self):
        self.path = len(self.run_.path_components), self.run_.id == current.run_id
        try:
            current.run["nowhere"]
        except KeyError:
            self.missing = "step"
        try:
            current.run["start"].task["nothing"]
        except KeyError:
            self.missing += " artifact"
        start = current.run["start"].task
        self.has = "items" in start, "_private" in start, start["_private"].data
        self.named = "_private" in start.data, sorted(set(start.artifacts._asdict()) & {"items", "_private"})


if __name__ == "__main__":
    Corpus()
