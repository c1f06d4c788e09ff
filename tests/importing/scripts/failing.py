import os

from metaflow import FlowSpec, catch, environment, retry, step, timeout


class FailingFlow(FlowSpec):
    """Failures that are tried again, and those that are caught."""

    @environment(vars={"MODE": "gentle"})
    @step
    def start(self):
        self.mode = os.environ["MODE"]
        self.divisors = [1, 0, 2]
        self.next(self.divide, foreach="divisors")

    @catch(var="failure")
    @retry(times=1, minutes_between_retries=0)
    @step
    def divide(self):
        self.before = self.input
        self.result = 10 // self.input
        self.next(self.join)

    @retry(times=2, minutes_between_retries=0)
    @timeout(minutes=1, seconds=30)
    @step
    def join(self, inputs):
        self.results = [one.result for one in inputs if not one.failure]
        self.failures = [one.failure.type for one in inputs if one.failure]
        self.kept = [one.before for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        print(self.results)


if __name__ == "__main__":
    FailingFlow()
