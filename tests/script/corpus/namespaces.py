"""A task sees the runs of its user, and what another namespace hides."""

# $ run --tag shown

from nbflow import Flow, FlowSpec, Run, current, default_namespace, get_namespace, namespace, step
from nbflow.exception import MetaflowNamespaceMismatch


class Corpus(FlowSpec):
    @step
    def start(self):
        self.spaces = [get_namespace()]
        self.own = current.run_id in [run.id for run in Flow(current.flow_name)]
        namespace("user:nobody")
        try:
            Run(f"{current.flow_name}/{current.run_id}")
        except MetaflowNamespaceMismatch:
            self.hidden = True
        self.spaces.append(get_namespace())
        namespace("shown")
        self.by_tag = Flow(current.flow_name).latest_run.id == current.run_id
        namespace(None)
        self.spaces.append(get_namespace())
        self.spaces.append(default_namespace())
        self.next(self.end)

    @step
    def end(self):
        self.space = get_namespace()


if __name__ == "__main__":
    Corpus()
