"""Cards of the default type are made, and found by a command."""

# $ run
# $ card get {run}/start card.html

from nbflow import FlowSpec, card, step


class Corpus(FlowSpec):
    @card
    @step
    def start(self):
        self.value = 5
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
