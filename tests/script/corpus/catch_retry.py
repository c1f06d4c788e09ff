"""All attempts fail, then the failure is caught."""

# $ run

from nbflow import FlowSpec, catch, current, retry, step


class Corpus(FlowSpec):
    @catch(var="problem", print_exception=False)
    @retry(times=1)
    @step
    def start(self):
        self.last = current.retry_count
        raise RuntimeError(f"attempt {current.retry_count}")
        self.next(self.end)

    @step
    def end(self):
        self.told = str(self.problem.exception), self.last


if __name__ == "__main__":
    Corpus()
