"""Files are taken in as text and as bytes when the run begins."""

# $ run
# $ run --text other.txt
# $ run --text nowhere.txt

from nbflow import FlowSpec, IncludeFile, step

for name, content in (("given.txt", "a b é"), ("other.txt", "c")):
    with open(name, "w", encoding="utf-8") as file:
        file.write(content)


class Corpus(FlowSpec):
    text = IncludeFile("text", default="given.txt")
    raw = IncludeFile("raw", default="given.txt", is_text=False)
    absent = IncludeFile("absent", required=False)

    @step
    def start(self):
        self.lines = self.text.split()
        self.bytes_ = len(self.raw), self.absent
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Corpus()
