"""Only what is named is merged, and what nobody has is missing."""

# $ run

from nbflow import FlowSpec, step
from nbflow.exception import MetaflowException, MissingInMergeArtifactsException


class Corpus(FlowSpec):
    @step
    def start(self):
        self.wanted, self.other = "w", "o"
        self.next(self.a, self.b)

    @step
    def a(self):
        self.next(self.join)

    @step
    def b(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.errors = []
        for options in ({"include": ["nowhere"]}, {"include": ["wanted"], "exclude": ["other"]}):
            try:
                self.merge_artifacts(inputs, **options)
            except MissingInMergeArtifactsException as error:
                self.errors.append(sorted(error.artifact_names))
            except MetaflowException:
                self.errors.append("both")
        self.merge_artifacts(inputs, include=["wanted"])
        self.next(self.end)

    @step
    def end(self):
        self.all = self.wanted, hasattr(self, "other")


if __name__ == "__main__":
    Corpus()
