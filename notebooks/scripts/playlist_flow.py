"""Two branches that run at once and are joined: a playlist of films, and one film that is quite another thing."""

import csv
import io
import random
from pathlib import Path

from nbflow import FlowSpec, IncludeFile, Parameter, step

MOVIES = Path(__file__).parent.parent / "data" / "movies.csv"


class PlayListFlow(FlowSpec):
    """Pick the films of a genre that earned most, and a bonus film of another genre."""

    movie_data = IncludeFile("movie_data", help="The films, as CSV.", default=str(MOVIES))
    genre = Parameter("genre", help="The genre of the playlist.", default="Sci-Fi")
    top_k = Parameter("top_k", help="How many films to recommend.", default=5)

    @step
    def start(self):
        """Read the films."""
        self.movies = list(csv.DictReader(io.StringIO(self.movie_data)))
        self.next(self.pick_movie, self.bonus_movie)

    @step
    def pick_movie(self):
        """The films of the genre that earned most."""
        films = [film for film in self.movies if film["genre"] == self.genre]
        films.sort(key=lambda film: int(film["gross"] or 0), reverse=True)
        self.playlist = [film["movie_title"] for film in films[: self.top_k]]
        self.next(self.join)

    @step
    def bonus_movie(self):
        """Any film of another genre, the same one every time."""
        others = [film for film in self.movies if film["genre"] != self.genre]
        film = random.Random(7).choice(others)
        self.bonus = (film["movie_title"], film["genre"])
        self.next(self.join)

    @step
    def join(self, inputs):
        """Bring both branches together."""
        self.playlist = inputs.pick_movie.playlist
        self.bonus = inputs.bonus_movie.bonus
        self.next(self.end)

    @step
    def end(self):
        """Print the playlist."""
        print(f"Playlist for movies in genre '{self.genre}'")
        for number, title in enumerate(self.playlist, start=1):
            print(f"Pick {number}: '{title}'")
        title, genre = self.bonus
        print(f"Bonus Pick: '{title}' from '{genre}'")


if __name__ == "__main__":
    PlayListFlow()
