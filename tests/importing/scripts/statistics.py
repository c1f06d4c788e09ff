"""Statistics of films, one task for every genre."""

import csv
import statistics as stats
from io import StringIO
from pathlib import Path

from metaflow import FlowSpec, IncludeFile, card, current, resources, step
from metaflow.cards import Markdown

DATA = Path(__file__).parent / "movies.csv"
QUANTILES = [0.25, 0.5, 0.75]


class Film:
    """One line of the table."""

    def __init__(self, row):
        self.title = row["movie_title"]
        self.genres = row["genres"].split("|")
        self.gross = int(row["gross"]) if row["gross"] else None


class MovieStatsFlow(FlowSpec):
    movie_data = IncludeFile("movie_data", help="The films.", default=str(DATA))

    @step
    def start(self):
        """Load the films, and find all genres."""
        films = [Film(row) for row in csv.DictReader(StringIO(self.movie_data))]
        self.rows = [(film.title, film.genres, film.gross) for film in films if film.gross]
        self.genres = sorted({genre for film in films for genre in film.genres})

        # We want to compute some statistics for each genre. The 'foreach'
        # keyword argument allows us to compute them in parallel.
        self.next(self.compute_statistics, foreach="genres")

    @resources(memory=1000, cpu=1)
    @step
    def compute_statistics(self):
        """Compute statistics for a single genre."""
        # The genre currently being processed is a class property called 'input'.
        self.genre = self.input
        print("Computing statistics for %s" % self.genre)

        rows = [gross for title, genres, gross in self.rows if self.genre in genres]
        self.gross = sum(rows)
        self.median = stats.median(rows) if rows else None
        self.next(self.join)

    @card
    @step
    def join(self, inputs):
        """Join our parallel tasks and merge results into a dictionary."""
        current.card.append(Markdown("# Genres"))
        self.genre_stats = {
            inp.genre.lower(): {"gross": inp.gross, "median": inp.median, "item": inp.input} for inp in inputs
        }
        self.count = len(list(inputs))
        self.next(self.end)

    @step
    def end(self):
        """End the flow."""
        best = max(self.genre_stats, key=lambda genre: self.genre_stats[genre]["gross"])
        self.best = f"{best}: {self.genre_stats[best]['gross']:,} of {len(QUANTILES)}"


if __name__ == "__main__":
    MovieStatsFlow()
