from contextlib import suppress
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from nbflow import FlowSpec, Parameter, card, current, step
from nbflow.cards import Artifact, Image, Markdown, Table
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

MOVIES = Path("data/movies.csv")
COLUMNS = {"movie_title": "title", "title_year": "year", "imdb_rating": "rating"}
WORDS = ["genre", "director", "mpaa_rating"]
NUMBERS = ["year", "budget", "runtime"]
FEATURES = WORDS + NUMBERS


def appeal(films):
    """How well liked and how widely seen each film is among `films`: 2 is best at both."""
    return films["rating"].rank(pct=True) + films["gross"].rank(pct=True)


def describe(film):
    return f"{film.title} ({film.year}) · {film.genre} · rated {film.rating} · ${film.gross / 1e6:,.0f}M"


def rating_model(learning_rate, max_leaf_nodes):
    words = OneHotEncoder(
        min_frequency=5, handle_unknown="infrequent_if_exist", sparse_output=False
    )
    trees = HistGradientBoostingRegressor(
        learning_rate=learning_rate, max_leaf_nodes=max_leaf_nodes, random_state=0
    )
    return make_pipeline(make_column_transformer((words, WORDS), ("passthrough", NUMBERS)), trees)


def display(*values):
    """Show values on the card of the step, as a notebook shows them below the cell."""
    for value in values:
        if value is None:
            continue
        kind, part = type(value), Artifact(value)
        with suppress(Exception):  # what cannot be drawn is shown as Python prints it
            if hasattr(kind, "savefig"):
                part = Image.from_matplotlib(value)
            elif kind.__name__ == "DataFrame" and kind.__module__.split(".")[0] == "pandas":
                part = Table.from_dataframe(value)
            elif hasattr(kind, "_repr_markdown_"):
                part = Markdown(value._repr_markdown_())
        current.card.append(part)


def show_figures():
    """Show the figures that the step has drawn on its card."""
    for number in plt.get_fignums():
        display(plt.figure(number))
    plt.close("all")


class Tasks(list):
    """The tasks of a foreach, with what a notebook asks of all of them at once."""

    def table(self, *names):
        """Return a table with a row for each task and a column for each name."""
        columns = {name: [getattr(task, name) for task in self] for name in names}
        return pd.DataFrame(columns, columns=list(names))


class MovieRecommenderFlow(FlowSpec):
    """What shall we watch tonight?

    A few well-liked films of one genre, and one film of another for whoever did not want that
    genre. Beside it, nine small models learn what rating a film of its kind usually gets, so that
    we see which of the films beat the odds.

    ```mermaid
    graph LR
        load --> clean
        clean --> pick & bonus & split
        grid & split --> fit["fit × 9"]
        fit --> best
        pick & bonus --> playlist
        pick & bonus & split & best --> figure
    ```

    Every cell that begins with `%%step` is a step. Its inputs are the names it reads, its artifacts
    the names it binds; this is all that makes the graph. Steps that do not wait for each other run
    at the same time.

        nbflow run notebooks/movie_recommender.ipynb --genre Comedy --top_k 3
    """

    # These steps run one after another here; in the notebook they run in parallel:
    # - 'grid' waits for 'clean' and 'load', although it reads nothing of them
    # - 'figure' waits for 'playlist', although it reads nothing of it

    genre = Parameter("genre", type=str, default="Adventure", help="genre to pick from")
    top_k = Parameter("top_k", type=int, default=5, help="how many films to pick")

    @step
    def start(self):
        self.next(self.load)

    @card
    @step
    def load(self):
        """The films

        Paths are relative to the notebook. `--watch` makes the content of a file part of what the
        step depends on: change the file, and the films are read again. What the last line shows is
        stored as well.
        """
        # cell 10
        raw = pd.read_csv(MOVIES)
        display(raw.head())

        self.raw = raw
        self.next(self.clean)

    @step
    def clean(self):
        raw = self.raw

        # cell 11
        movies = (
            raw.rename(columns=COLUMNS)
            .drop_duplicates(["title", "year"])
            .dropna(subset=["rating", "gross", "budget"])
            .reset_index(drop=True)
        )

        self.movies = movies
        self.next(self.split_pick_bonus, self.split_grid_split)

    @step
    def split_pick_bonus(self):
        """Split: `pick` and `bonus` run in parallel."""
        self.next(self.pick, self.bonus_step)

    @step
    def pick(self):
        """Two branches

        `pick` and `bonus` both read `movies` and nothing of each other. Only `pick` reads `top_k`:
        with another `top_k` it is computed again, and of the rest only what reads its `picks`. A
        name with a leading underscore is nobody else's business and is not stored.
        """
        movies = self.movies
        genre = self.genre
        top_k = self.top_k

        # cell 13
        _candidates = movies[movies["genre"] == genre]
        if _candidates.empty:
            raise ValueError(
                f"no film of genre {genre!r}; there are {', '.join(sorted(movies['genre'].unique()))}"
            )
        picks = _candidates.assign(appeal=appeal(_candidates)).nlargest(top_k, "appeal")

        self.picks = picks
        self.next(self.playlist)

    @step
    def bonus_step(self):
        """The draw is seeded: a step that gives the same result each time can be trusted to be
        skipped.
        """
        movies = self.movies
        genre = self.genre

        # cell 15
        _others = movies[movies["genre"] != genre]
        bonus = _others[appeal(_others) > 1.9].sample(1, random_state=3)

        self.bonus = bonus
        self.next(self.playlist)

    @step
    def playlist(self, inputs):
        """Tonight

        Branches meet without ceremony: a step that reads `picks` and `bonus` waits for both.
        """
        picks = self.picks = inputs.pick.picks
        bonus = self.bonus = inputs.bonus_step.bonus

        # cell 23
        films = [describe(film) for film in picks.itertuples()]
        extra = describe(next(bonus.itertuples()))
        print("Tonight:")
        for place, film in enumerate(films, start=1):
            print(f"  {place}. {film}")
        print(f"Bonus: {extra}")

        self.films = films
        self.extra = extra
        self.next(self.figure)

    @step
    def split_grid_split(self):
        """Split: `grid` and `split` run in parallel."""
        self.next(self.grid_step, self.split)

    @step
    def grid_step(self):
        """A search

        `grid` lists what to try. `fit` runs once per item of it, in parallel, with `cfg` bound to
        the item. Each item is stored under its own name: adding one to the grid later costs one
        more fit, not ten.
        """
        # cell 17
        grid = [
            {"learning_rate": rate, "max_leaf_nodes": leaves}
            for rate in (0.03, 0.1, 0.3)
            for leaves in (4, 8, 16)
        ]

        self.grid = grid
        self.next(self.join_grid_split)

    @step
    def split(self):
        movies = self.movies

        # cell 18
        train, valid = train_test_split(movies, test_size=0.25, random_state=0)

        self.train = train
        self.valid = valid
        self.next(self.join_grid_split)

    @step
    def join_grid_split(self, inputs):
        """Bring together what later steps read."""
        self.grid = inputs.grid_step.grid
        self.train = inputs.split.train
        self.valid = inputs.split.valid
        self.next(self.each_fit)

    @step
    def each_fit(self):
        """Split: run a task of `fit` for each item."""
        self.next(self.fit, foreach="grid")

    @step
    def fit(self):
        cfg = self.input
        train = self.train
        valid = self.valid

        # cell 19
        model = rating_model(**cfg).fit(train[FEATURES], train["rating"])
        score = mean_absolute_error(valid["rating"], model.predict(valid[FEATURES]))

        self.model = model
        self.cfg = cfg
        self.score = score
        self.next(self.best)

    @card
    @step
    def best(self, inputs):
        """`--join fit` ends the foreach. `inputs` are its tasks, in the order of the grid: a table of
        all, and the one that is off by the least. From here on, `model` is the best one.
        """
        self.valid = inputs[0].valid
        inputs = Tasks(inputs)

        # cell 21
        table = inputs.table("cfg", "score").sort_values("score", ignore_index=True)
        _winner = min(inputs, key=lambda task: task.score)
        cfg, model, score = _winner.cfg, _winner.model, _winner.score
        display(table)

        self.score = score
        self.cfg = cfg
        self.model = model
        self.next(self.figure)

    @card
    @step
    def figure(self, inputs):
        """Above the line are the films that are liked better than the model expects of their kind. The
        grey ones are those it was judged by.
        """
        picks = inputs.playlist.picks
        bonus = inputs.playlist.bonus
        model = inputs.best.model
        valid = inputs.best.valid
        score = inputs.best.score

        # cell 25
        _tonight = pd.concat([picks, bonus])
        _fig, _ax = plt.subplots(figsize=(7, 5))
        _ax.scatter(
            model.predict(valid[FEATURES]),
            valid["rating"],
            s=8,
            color="lightgrey",
            label="other films",
        )
        _ax.scatter(
            model.predict(_tonight[FEATURES]),
            _tonight["rating"],
            s=24,
            color="crimson",
            label="tonight",
        )
        _ax.axline((6, 6), slope=1, color="black", linewidth=0.8)
        _ax.set(
            xlabel="rating the model expects",
            ylabel="rating",
            title=f"off by {score:.2f} on average",
        )
        _ax.legend(loc="lower right")
        _fig.tight_layout()

        show_figures()
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    MovieRecommenderFlow()


# Exported by nbflow from movie_recommender.ipynb with --target nbflow:
# by this table `nbflow check --script` sees what has changed in either of them.
# cell  id            notebook      script
#    4  parameters    59a99de88b73  -             %%parameters
#    6  imports       9c0611992205  -
#    7  films         6e9fa8534329  -
#    8  rating-model  1473a65dcbfb  -
#   10  load          66b3c7a892bd  92794443fc39  %%step load --watch data/movies.csv
#   11  clean         76b7d5783621  4397b79ad95f  %%step clean
#   13  pick          a5289651f087  3844384af936  %%step pick
#   15  bonus         4f1320bf40e7  4128dba942ca  %%step bonus
#   17  grid          54f135f5542a  0d09099bfc0d  %%step grid
#   18  split         e93763a7be01  e7e595fffc70  %%step split
#   19  fit           5a85efb67688  c07a9fbcdb53  %%step fit --foreach cfg in grid
#   21  best          3ddb850989d7  9df2362d3773  %%step best --join fit
#   23  playlist      7b9a4f291ebc  5441780945fd  %%step playlist
#   25  figure        35b1c477a1b8  b337f02dad6c  %%step figure
# all around the cells: 1871802a986f
# cells of the methods: load 10, clean 11, split_pick_bonus 15, pick 13, bonus_step 15, playlist 23, split_grid_split 18, grid_step 17, split 18, each_fit 19, fit 19, best 21, figure 25
