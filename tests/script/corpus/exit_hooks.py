"""Functions are called when a run is over, whether it succeeds or fails."""

# $ run
# $ run --fail yes
# $ resume

import os
from pathlib import Path

from nbflow import FlowSpec, Parameter, current, exit_hook, step


def note(text):
    with open("noted.txt", "a", encoding="utf-8") as file:
        file.write(text + "\n")


def with_run(run):
    note(f"with run {run.successful} {run.data.x} {__name__} {current.is_running_flow}")


def without_run():
    note("without run")


def anything(**given):
    note(f"anything {sorted(given)}")
    raise ValueError("the run is what it was")


def failed(run=None):
    note(f"failed {run.successful} {len(list(run))}")


def named():
    note("named")


@exit_hook(on_success=[with_run, anything, "named", "os.getpid"], on_error=[failed, without_run])
@exit_hook(on_success=[without_run], options={"image": "none"})
class Corpus(FlowSpec):
    fail = Parameter("fail", default="no")

    @step
    def start(self):
        self.x = 1
        self.before = Path("noted.txt").read_text("utf-8").splitlines() if os.path.exists("noted.txt") else []
        if self.fail == "yes" and not os.path.exists("mended"):
            Path("mended").touch()
            raise ValueError("not yet")
        self.next(self.end)

    @step
    def end(self):
        self.x = 2 + len(self.before)


if __name__ == "__main__":
    Corpus()
