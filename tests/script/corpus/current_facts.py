"""What `current` says of the run and the task."""

# $ run --tag one --tag two

from nbflow import FlowSpec, Parameter, current, step


class Corpus(FlowSpec):
    alpha = Parameter("alpha", default=1)

    @step
    def start(self):
        self.said = current.flow_name, current.step_name, current.retry_count, current.origin_run_id, current.username
        self.space = current.namespace, current.parameter_names, current.is_running_flow, "run_id" in current
        self.tags = current.tags
        self.tags.add("mine")
        self.path = current.pathspec.split("/")[::2], current.pathspec.endswith(current.task_id)
        self.unknown = current.get("nothing"), hasattr(current, "project_name"), self._current_step
        self.next(self.end)

    @step
    def end(self):
        self.fresh = sorted(current.tags)
        steps = current.graph["steps"]
        self.graph = {name: (one["type"], one["next"], one["doc"]) for name, one in steps.items()}


if __name__ == "__main__":
    Corpus()
