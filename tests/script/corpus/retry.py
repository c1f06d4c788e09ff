"""A step succeeds at its third attempt; what the others set and printed stays with them."""

# $ run

from nbflow import FlowSpec, current, retry, step


class Corpus(FlowSpec):
    @retry(times=2)
    @step
    def start(self):
        print("attempt", current.retry_count)
        self.attempt = current.retry_count
        if self.attempt < 2:
            self.invisible = True
            raise ValueError("not yet")
        self.next(self.end)

    @step
    def end(self):
        self.seen = hasattr(self, "invisible"), self.attempt


if __name__ == "__main__":
    Corpus()
