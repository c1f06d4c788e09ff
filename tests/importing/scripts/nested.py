from metaflow import FlowSpec, step


class NestedFlow(FlowSpec):
    """A foreach in a foreach."""

    COUNTRIES = ["fi", "us"]
    SHOPS = {"fi": ["a", "b"], "us": ["c"]}

    @step
    def start(self):
        """Nothing to do here."""
        self.next(self.country, foreach="COUNTRIES")

    @step
    def country(self):
        """One task per country."""
        self.country_code = self.input
        self.shops = self.SHOPS[self.country_code]
        self.next(self.shop, foreach="shops")

    @step
    def shop(self):
        name = self.input
        self.sold = f"{self.country_code}:{name}"
        self.size = len(name) + 1
        self.next(self.tidy)

    @step
    def tidy(self):
        print("tidy")
        self.next(self.join_shops)

    @step
    def join_shops(self, inputs):
        self.all_sold = [one.sold for one in inputs]
        self.code = self.input
        self.merge_artifacts(inputs, include=["size", "country_code"])
        self.next(self.join_countries)

    @step
    def join_countries(self, inputs):
        self.sold = {one.country_code: (one.all_sold, one.code) for one in inputs}
        self.sizes = [inp.size for inp in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    NestedFlow()
