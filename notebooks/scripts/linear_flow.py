# ruff: noqa: UP031 - as it was written for Metaflow
"""A flow of three steps in a row: an artifact that one step sets is there in the next."""

from nbflow import FlowSpec, step


class LinearFlow(FlowSpec):
    """Hand a message from step to step."""

    @step
    def start(self):
        """Set the message."""
        self.message = "Thanks for reading."
        self.next(self.process_message)

    @step
    def process_message(self):
        """Print it."""
        print("the message is: %s" % self.message)
        self.next(self.end)

    @step
    def end(self):
        """Print it once more."""
        print("the message is still: %s" % self.message)


if __name__ == "__main__":
    LinearFlow()
