"""A caught failure is an artifact; a success leaves None there."""

# $ run

from nbflow import FlowSpec, catch, step


class Corpus(FlowSpec):
    @catch(var="problem")
    @step
    def start(self):
        self.before = 1
        raise ZeroDivisionError("by hand")
        self.next(self.middle)

    @catch(var="none", print_exception=False)
    @step
    def middle(self):
        self.told = self.problem.type, self.problem.exception, "by hand" in self.problem.stacktrace, bool(self.problem)
        self.last_line = str(self.problem).splitlines()[-1]
        self.next(self.end)

    @step
    def end(self):
        self.kept = self.before, self.none


if __name__ == "__main__":
    Corpus()
