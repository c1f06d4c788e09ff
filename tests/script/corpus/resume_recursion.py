"""A loop goes on with the turn that failed."""

# $ run
# $ resume

from nbflow import FlowSpec, current, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.count, self.before = 0, []
        self.next(self.loop)

    @step
    def loop(self):
        self.count += 1
        if self.count == 2 and current.origin_run_id is None:
            raise ValueError("the first time")
        self.before = [*self.before, current.origin_run_id is None]
        self.more = self.count < 3
        self.next({True: self.loop, False: self.end}, condition="more")

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
