from textwrap import shorten

from nbflow import FlowSpec, Parameter, retry, step


class NewsletterFlow(FlowSpec):
    """A newsletter

    Readers get a short letter or a long one, and no letter is longer than it may be.
    """

    length = Parameter("length", type=str, default="long", help="short or long")
    limit = Parameter("limit", type=int, default=200, help="letters of the alphabet at most")

    @step
    def start(self):
        self.next(self.news_step)

    @step
    def news_step(self):
        """What has happened"""
        # cell 5
        news = ["A bakery has opened.", "The library is closed on Monday.", "It will rain."]
        weather = news[-1]

        self.news = news
        self.weather = weather
        self.run_long_letter = self.length == "long"
        self.next({True: self.long_letter, False: self.short_letter}, condition="run_long_letter")

    @step
    def long_letter(self):
        """A long letter begins with a greeting and has all the news in it."""
        news = self.news

        # cell 7
        letter = "Dear reader, " + " ".join(news)

        self.letter = letter
        self.next(self.trim)

    @step
    def short_letter(self):
        weather = self.weather

        # cell 8
        letter = weather

        self.letter = letter
        self.next(self.trim)

    @retry(times=2, minutes_between_retries=0)
    @step
    def trim(self):
        """Words are taken away until it fits. Every turn is a task of its own."""
        letter = self.letter
        limit = self.limit

        # cell 10
        letter = shorten(letter, width=max(len(letter) - 10, limit), placeholder="…")
        too_long = len(letter) > limit

        self.letter = letter
        self.too_long = too_long
        self.next({True: self.trim, False: self.end}, condition="too_long")

    @step
    def end(self):
        letter = self.letter

        # cell 11
        print(letter)


if __name__ == "__main__":
    NewsletterFlow()


# Exported by nbflow from newsletter.ipynb with --target nbflow:
# by this table `nbflow check --script` sees what has changed in either of them.
# cell  id       notebook      script
#    2  cell-2   f399b6ffb208  -
#    3  cell-3   d804541c5468  -             %%parameters
#    5  cell-5   ecd458ea3f33  155919832fac  %%step news
#    7  cell-7   49a99f166766  b13656826960  %%step long_letter --if length == "long"
#    8  cell-8   b72240e3ab7f  002ec72f85a9  %%step short_letter --else length
#   10  cell-10  8abea74f0eaa  1b53e8c10a00  %%step trim --while too_long --retry 2
#   11  cell-11  6d59b44b2118  218b95c3b6ed  %%step end
# all around the cells: c16f6a3bd169
