"""A step fails as often as it may; the run has failed."""

# $ run

from nbflow import FlowSpec, current, retry, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @retry(times=1, minutes_between_retries=0)
    @step
    def end(self):
        self.before = current.retry_count
        raise KeyError("never")


if __name__ == "__main__":
    Corpus()
