"""Parameters that have the names of options: in front of the command it is the option, behind it the parameter."""

# $ run --mode a --environment b --metadata c --branch d --quiet e --datastore=f --monitor g --lint h
# $ --environment local --datastore local run --environment x

from nbflow import FlowSpec, Parameter, current, step


class Corpus(FlowSpec):
    mode = Parameter("mode", default="m")
    environment = Parameter("environment", default="m")
    metadata = Parameter("metadata", default="m")
    branch = Parameter("branch", default="m")
    quiet = Parameter("quiet", default="m")
    datastore = Parameter("datastore", default="m")
    monitor = Parameter("monitor", default="m")
    lint = Parameter("lint", default="m")
    production = Parameter("production", default=False)
    dashed = Parameter("with-dash", default="")
    words = Parameter("words", default="", separator=",")

    @step
    def start(self):
        self.names = current.parameter_names
        print(self.mode, self.environment, self.metadata, self.branch, self.quiet, self.datastore, self.monitor)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
