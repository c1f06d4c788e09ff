"""Parameters of every type, from the command line, from the environment and by default."""

# $ run --number 5 --share 0.5 --flag True
# $ run --table '{"k": [1]}' --name ü
# $ run --number many
# $ run --nothing 1

import os

from nbflow import FlowSpec, JSONType, Parameter, step

os.environ["METAFLOW_RUN_GIVEN"] = "from the script"


class Corpus(FlowSpec):
    number = Parameter("number", default=1)
    share = Parameter("share", default=0.25, type=float)
    flag = Parameter("flag", default=False)
    label = Parameter("name", default="n")
    table = Parameter("table", type=JSONType, default='{"a": 1}')
    given = Parameter("given", default="d")
    unset = Parameter("unset")

    @step
    def start(self):
        self.all = self.number, self.share, self.flag, self.table, self.given, self.unset
        try:
            self.number = 3
        except AttributeError:
            self.refused = True
        self.next(self.end)

    @step
    def end(self):
        self.doubled = self.number * 2


if __name__ == "__main__":
    Corpus()
