"""Project and branch, in `current` and in the tags."""

# $ run
# $ --branch feature run
# $ --production run

from nbflow import FlowSpec, current, project, step


@project(name="corpus_project")
class Corpus(FlowSpec):
    @step
    def start(self):
        self.said = current.project_name, current.branch_name, current.project_flow_name
        self.more = current.is_production, current.is_user_branch
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
