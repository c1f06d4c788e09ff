"""A card is filled by its id, emptied, and filled anew by a list."""

# $ run

from nbflow import FlowSpec, Run, card, current, step
from nbflow.cards import Markdown, get_cards


class Corpus(FlowSpec):
    @card(type="blank", id="one")
    @card(type="blank", id="two")
    @step
    def start(self):
        current.card["one"].append(Markdown("replaced"))
        current.card["one"] = [Markdown("kept *here*")]
        current.card["two"].extend([Markdown("gone")])
        current.card["two"].clear()
        self.next(self.end)

    @step
    def end(self):
        start = Run(f"{current.flow_name}/{current.run_id}")["start"].task
        self.ids = sorted(one.id for one in get_cards(start))


if __name__ == "__main__":
    Corpus()
