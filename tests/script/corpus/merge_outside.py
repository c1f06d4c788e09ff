"""Merging outside of a join is an error."""

# $ run

from nbflow import FlowSpec, step
from nbflow.exception import MetaflowException


class Corpus(FlowSpec):
    @step
    def start(self):
        try:
            self.merge_artifacts([])
        except MetaflowException:
            self.refused = True
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
