"""Deleting an attribute takes back what the step has set; what the step before has stored is there again."""

# $ run

from nbflow import FlowSpec, step


class Corpus(FlowSpec):
    @step
    def start(self):
        self.read = [1]
        self.unread = 2
        self.replaced = 3
        self.next(self.work)

    @step
    def work(self):
        print(self.read)
        del self.read
        try:
            del self.unread
        except AttributeError:
            print("it was not read")
        self.replaced = 4
        del self.replaced
        self.own = 5
        del self.own
        print(self.read, self.unread, self.replaced, hasattr(self, "own"))
        self.next(self.end)

    @step
    def end(self):
        print(self.read, self.unread, self.replaced)


if __name__ == "__main__":
    Corpus()
