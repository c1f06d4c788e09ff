"""Tags from the command line, from inside a task and afterwards."""

# $ run --tag first
# $ tag add --run-id {run} later gone
# $ tag remove --run-id {run} gone
# $ tag replace --run-id {run} --remove later --add last
# $ tag remove --run-id {run} user:tester

from nbflow import FlowSpec, Run, current, step
from nbflow.exception import MetaflowTaggingError


class Corpus(FlowSpec):
    @step
    def start(self):
        run = Run(f"{current.flow_name}/{current.run_id}")
        run.add_tags(["inside", "ü"])
        run.remove_tag("ü")
        self.seen = sorted(Run(run.pathspec).user_tags)
        self.system = sorted(tag.partition(":")[0] for tag in run.system_tags if tag.startswith(("user:", "runtime:")))
        self.next(self.end)

    @step
    def end(self):
        try:
            current.run.remove_tag("user:tester")
        except MetaflowTaggingError:
            self.refused = True


if __name__ == "__main__":
    Corpus()
