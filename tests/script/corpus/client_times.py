"""The client tells times by the clock of the machine, and paths; a namespace without runs of a flow hides it."""

# $ run

from datetime import datetime, timedelta

from nbflow import Flow, FlowSpec, Run, current, default_namespace, namespace, step
from nbflow.exception import MetaflowNamespaceMismatch


class Corpus(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        run = Run(f"{current.flow_name}/{current.run_id}")
        task = run["start"].task
        self.recent = run.created_at > datetime.now() - timedelta(hours=1)
        self.ended = timedelta(0) <= datetime.now() - task.finished_at < timedelta(hours=1)
        self.told = [str(one).replace(run.pathspec, "RUN") for one in (run, run["start"], task, run.parent)]
        try:
            namespace("nobody")
            Flow(current.flow_name)
        except MetaflowNamespaceMismatch as error:
            self.hidden = type(error).__name__
        finally:
            default_namespace()


if __name__ == "__main__":
    Corpus()
