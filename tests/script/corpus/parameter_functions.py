"""Functions give defaults, are told what for, and are called once."""

# $ run

import json
from pathlib import Path

from nbflow import FlowSpec, JSONType, Parameter, current, project, step


def place(ctx):
    with open("calls.txt", "a") as file:
        file.write("x")
    return f"{ctx.flow_name}/{ctx.parameter_name}/{ctx.user_name}/{current.is_running_flow}"


@project(name="corpus_project")
class Corpus(FlowSpec):
    where = Parameter("where", default=place)
    facts = Parameter("facts", type=JSONType, default=lambda ctx: json.dumps({"project": current.project_name}))

    @step
    def start(self):
        self.calls = Path("calls.txt").read_text()
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
