import csv
from io import StringIO
from os.path import dirname, join

from metaflow import FlowSpec, IncludeFile, Parameter, step


def script_path(filename):
    """A convenience function to get the absolute path to a file in this folder."""
    return join(dirname(__file__), filename)


class PlayListFlow(FlowSpec):
    """Generate a playlist of films of a genre."""

    movie_data = IncludeFile(
        "movie_data", help="The path to a movie metadata file.", default=script_path("movies.csv")
    )
    genre = Parameter("genre", help="Filter movies for a particular genre.", default="Sci-Fi")
    recommendations = Parameter("recommendations", help="The number of movies to recommend.", default=2)

    @step
    def start(self):
        """Parse the data into a dict of columns."""
        # For this example, we only need the movie title and the genres.
        columns = ["movie_title", "genres"]

        # Create a simple data frame as a dictionary of lists.
        self.dataframe = dict((column, list()) for column in columns)

        for row in csv.DictReader(StringIO(self.movie_data)):
            for column in columns:
                self.dataframe[column].append(row[column])

        # Compute genre-specific movies and a bonus movie in parallel.
        self.next(self.bonus_movie, self.genre_movies)

    @step
    def bonus_movie(self):
        """A film from a different genre."""
        # Find all the movies that are not in the provided genre.
        movies = [
            (movie, genres)
            for movie, genres in zip(self.dataframe["movie_title"], self.dataframe["genres"])
            if self.genre.lower() not in genres.lower()
        ]
        # Choose one.
        self.bonus = sorted(movies)[0]
        self.next(self.join)

    @step
    def genre_movies(self):
        """Filter the movies by genre."""
        self.movies = [
            movie
            for movie, genres in zip(self.dataframe["movie_title"], self.dataframe["genres"])
            if self.genre.lower() in genres.lower()
        ]
        self.movies.sort()
        self.next(self.join)

    @step
    def join(self, inputs):
        """Join our parallel branches and merge results."""
        # Reassign relevant variables from our branches.
        self.playlist = inputs.genre_movies.movies
        self.bonus = inputs.bonus_movie.bonus
        self.next(self.end)

    @step
    def end(self):
        """Print out the playlist and bonus movie."""
        print("Playlist for movies in genre '%s'" % self.genre)
        for pick, movie in enumerate(self.playlist, start=1):
            print("Pick %d: '%s'" % (pick, movie))
            if pick >= self.recommendations:
                break
        print("Bonus Pick: '%s' from '%s'" % (self.bonus[0], self.bonus[1]))


if __name__ == "__main__":
    PlayListFlow()
