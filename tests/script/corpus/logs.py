"""What tasks print is kept by stream, and shown by a command."""

# $ run
# $ --quiet logs --stdout {run}/start
# $ --quiet logs --stderr {run}/start

import subprocess
import sys

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        print("out: ü 年")
        print("err: two\nlines", file=sys.stderr)
        sys.stdout.write("no newline")
        self.next(self.end)

    @step
    def end(self):
        subprocess.run(["echo", "from a child"])


if __name__ == "__main__":
    Corpus()
