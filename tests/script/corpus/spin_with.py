"""What a spun step sees besides: artifacts of a module, and those decorators that it has."""

# $ run
# $ spin start --skip-decorators
# $ spin start --persist
# $ spin tried
# $ spin work --artifacts-module corpus.py
# $ spin end --artifacts-module corpus.py
# $ --with retry spin end
# $ spin end --no-persist --skip-decorators

import os

from nbflow import FlowSpec, Parameter, catch, current, environment, retry, step, timeout, user_step_decorator

ARTIFACTS = {"items": [7, 8], "alpha": 100, "more": "given", "total": -1, "LIMIT": 0}


@user_step_decorator
def told(step_name, flow, inputs=None, attributes=None):
    print("before", step_name)
    yield
    print("after", step_name)


class Corpus(FlowSpec):
    alpha = Parameter("alpha", default=2)
    LIMIT = 9

    @told
    @environment(vars={"SPIN_TOLD": "yes"})
    @timeout(seconds=60)
    @step
    def start(self):
        self.items = [1, 2]
        self.seen = os.environ.get("SPIN_TOLD")
        print("start", self.seen)
        self.next(self.tried)

    @catch(var="error")
    @retry(times=1, minutes_between_retries=0)
    @step
    def tried(self):
        print("tried", current.retry_count)
        if current.retry_count == 0:
            raise ValueError("the first time")
        self.next(self.work, foreach="items")

    @step
    def work(self):
        print("work", self.input, self.alpha, self.items, self.LIMIT, self.more if hasattr(self, "more") else "none")
        self.total = self.input * self.alpha
        self.next(self.join)

    @step
    def join(self, inputs):
        self.total = sum(one.total for one in inputs)
        self.next(self.end)

    @step
    def end(self):
        print("end", self.total, self.alpha)


if __name__ == "__main__":
    Corpus()
