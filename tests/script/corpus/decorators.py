"""Environment, resources and inline secrets."""

# $ run
# $ run --with retry:times=1

import os

from nbflow import FlowSpec, environment, resources, secrets, step


class Corpus(FlowSpec):
    @environment(vars={"CORPUS_COLOUR": "red"})
    @step
    def start(self):
        self.colour = os.environ["CORPUS_COLOUR"]
        self.next(self.middle)

    @resources(cpu=1, memory=100)
    @secrets(sources=[{"type": "inline", "id": "1", "options": {"env_vars": {"CORPUS_KEY": "k"}}}])
    @step
    def middle(self):
        self.key = os.environ["CORPUS_KEY"], "CORPUS_COLOUR" in os.environ
        self.next(self.end)

    @step
    def end(self):
        self.after = "CORPUS_KEY" in os.environ


if __name__ == "__main__":
    Corpus()
