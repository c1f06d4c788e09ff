"""Inputs that disagree are refused as a whole; what is set or excluded is not looked at."""

# $ run

from nbflow import FlowSpec, step
from nbflow.exception import UnhandledInMergeArtifactsException


class Corpus(FlowSpec):
    @step
    def start(self):
        self.same, self.changed, self.ignored = 1, 1, 1
        self.next(self.a, self.b)

    @step
    def a(self):
        self.changed, self.ignored, self.only = "a", "a", [1]
        self.next(self.join)

    @step
    def b(self):
        self.changed, self.ignored = "b", "b"
        self.next(self.join)

    @step
    def join(self, inputs):
        try:
            self.merge_artifacts(inputs)
        except UnhandledInMergeArtifactsException as error:
            self.conflicts = sorted(error.artifact_names)
        self.nothing = hasattr(self, "same"), hasattr(self, "only")
        self.changed = "both"
        self.merge_artifacts(inputs, exclude=["ignored"])
        self.next(self.end)

    @step
    def end(self):
        self.all = self.same, self.changed, self.only, hasattr(self, "ignored")


if __name__ == "__main__":
    Corpus()
