"""Tests the notebooks that are made of flows for Metaflow's R package."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nbflow.importing.notebook import CannotWrite, import_script
from nbflow.importing.refusals import CannotCarryOver, NotAScript

pytestmark = pytest.mark.skipif(
    shutil.which("Rscript") is None, reason="there is no Rscript: apt-get install r-base-core"
)

SCRIPTS = Path(__file__).parent / "r_scripts"

PLAYLIST = [
    "# PlayListFlow\n\nPicks movies of a genre, and one more that is not of it.",
    "%%parameters\ngenre: str = 'Sci-Fi'  # genre of the movies\nrecommendations: int = 2  # how many",
    '%%shared --lang R\n# Words of a cell of genres.\ngenres_of <- function(text) {\n\tstrsplit(text, "\\\\|")[[1]]\n}',
    "Read the movies.",
    '%%step start --lang R --out df\ndf <- read.csv("movies.csv", stringsAsFactors = FALSE)',
    "Filter by genre.",
    "%%step pick_movies --lang R --in df,genre,recommendations --out movies --retry 2\n"
    "self <- globalenv()\n"
    "local({\n"
    "  picked <- subset(self$df, grepl(self$genre, genres, fixed = TRUE))\n"
    "  picked <- picked[order(-picked$gross), ]\n"
    "  self$movies <- head(picked$title, self$recommendations)\n"
    "})",
    "%%step bonus_movie --lang R --in df,genre --out bonus\n"
    "others <- df[!sapply(df$genres, function(one) genre %in% genres_of(one)), ]\n"
    'bonus <- others[which.max(others$gross), "title"]',
    "%%step join --lang R --in bonus,movies --out playlist\n"
    "self <- globalenv()\n"
    "inputs <- list(pick_movies = list(movies = movies), bonus_movie = list(bonus = bonus))\n"
    "local({\n"
    "  self$playlist <- c(inputs$pick_movies$movies, inputs$bonus_movie$bonus)\n"
    "  if (length(self$playlist) < 2) return(invisible(NULL))\n"
    '  message("more than one")\n'
    "})",
    "%%step end --lang R --in playlist\n"
    'for (i in seq_along(playlist)) cat(sprintf("Pick %d: %s\\n", i, playlist[[i]]))',
]

STATS = [
    "# MovieStatsFlow",
    "%%shared --lang R\ngather_inputs <- function(inputs, input) lapply(inputs, function(one) one[[input]])",
    "%%step start --lang R --out df,genres\n"
    'df <- read.csv("movies.csv", stringsAsFactors = FALSE)\n'
    'genres <- levels(factor(unlist(strsplit(df$genres, "\\\\|"))))\n'
    "genres <- I(genres)  # a vector for the foreach, also if it has one item",
    "%%step compute_stats --lang R --foreach input in genres --in df --out genre,mean,median\n"
    "genre <- input\n"
    "own <- df[grepl(genre, df$genres, fixed = TRUE), ]\n"
    "median <- median(own$gross)\n"
    "mean <- mean(own$gross)",
    "%%step gather --lang R --join compute_stats --out stats\n"
    "stats <- data.frame(\n"
    "  genre = unlist(lapply(inputs, function(inp) inp$genre)),\n"
    '  median = unlist(gather_inputs(inputs, "median")),\n'
    "  mean = unlist(lapply(inputs, function(inp) {\n"
    "    inp$mean\n"
    "  }))\n"
    ")\n"
    "print(stats)",
    '%%step end --lang R --after gather\nmessage("done")',
]


@pytest.mark.parametrize(("name", "cells"), [("playlist", PLAYLIST), ("stats", STATS)])
def test_a_flow_becomes_a_notebook(name: str, cells: list[str], tmp_path: Path) -> None:
    imported = import_script(SCRIPTS / f"{name}.R", tmp_path / f"{name}.ipynb")
    assert [draft.source for draft in imported.drafts] == cells


def body_of(function: str, tmp_path: Path, start: str = "self$x <- 1; self$df <- cars") -> str:
    """Return the cell of a step whose function has this text."""
    script = tmp_path / "flow.R"
    script.write_text(
        f"start <- function(self) {{ {start} }}\nmid <- {function}\n"
        'metaflow("F") %>% step(step = "start", r_function = start, next_step = "mid") %>%\n'
        '  step(step = "mid", r_function = mid, next_step = "end") %>% step(step = "end") %>% run()\n',
        "utf-8",
    )
    return import_script(script, tmp_path / "flow.ipynb", force=True).drafts[-1].source


PLAIN = [
    ("function(self) self$y <- self$x + 1", "--in x --out y\ny <- x + 1"),
    ("function(self) { self$y = self[['x']] }", "--in x --out y\ny = x"),
    ("function(self) { self$x + 1 -> self$y }", "--in x --out y\nx + 1 -> y"),
    ("function(s) { s$x[2] <- 5 }", "--in x --out x\nx[2] <- 5"),
    ("function(self) { names(self$x) <- 'a' }", "--in x --out x\nnames(x) <- 'a'"),
    ("function(self) { self$y$a <- 1 }", "--in y --out y\ny$a <- 1"),
    ("function(self) { if (TRUE) self$x <- 2 }", "--in x --out x\nif (TRUE) x <- 2"),
    ("function(self) { self$y <- 'self$x'  # self$x\n}", "--out y\ny <- 'self$x'  # self$x"),
    ("function(self) {\n\tself$y <- 'ü'; self$z <- self$x\n}", "--in x --out y,z\ny <- 'ü'; z <- x"),
    ("function(self) { df <- self$x; self$z <- df }", "--in x --out z\ndf <- x; z <- df"),
]

KEPT = [
    ("function(self) { x <- 5; self$z <- self$x }", "--in x --out z"),
    ("function(self) self$y <- subset(self$df, speed > self$x)", "--in df,x --out y"),
    ("function(self) self$y <- dplyr::filter(self$df, speed > self$x)", "--in df,x --out y"),
    ("function(self) self$y <- lm(speed ~ self$x, self$df)", "--in df,x --out y"),
    ("function(self) lapply(1, function(i) self$x <- i)", "--in x --out x"),
    ("function(self) { if (self$x) return(1); self$y <- 2 }", "--in x --out y"),
]


def said_of(function: str, tmp_path: Path) -> tuple[str, str]:
    start = "self$x <- 1; self$df <- cars" + ("; self$y <- list()" if "y$a" in function else "")
    head, _, body = body_of(function, tmp_path, start).partition("\n")
    return head.removeprefix("%%step mid --lang R ").removeprefix("--after start "), body


@pytest.mark.parametrize(("function", "cell"), PLAIN)
def test_what_a_function_does_to_self_becomes_inputs_and_outputs(function: str, cell: str, tmp_path: Path) -> None:
    assert "\n".join(said_of(function, tmp_path)) == cell


@pytest.mark.parametrize(("function", "header"), KEPT)
def test_self_stays_where_a_plain_name_could_mean_something_else(function: str, header: str, tmp_path: Path) -> None:
    inner = function.partition(")")[2].strip("{ }")
    body = "self <- globalenv()\nlocal({\n  " + inner + "\n})"
    assert said_of(function, tmp_path) == (header, body)


FLOW = 'metaflow("F") %>% step(step = "start", r_function = f, next_step = "end") %>% step(step = "end") %>% run()\n'


def with_parameter(said: str) -> str:
    return FLOW.replace(" %>% step", f' %>% parameter("g", {said}) %>% step', 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x <- 1\n", "it has no call of metaflow(…)"),
        ("x <- ]\n", "R cannot read it (1:6: unexpected ']')"),
        ("", "it has no call of metaflow(…)"),
        (FLOW, ":1: no function f is in this file"),
        ("f <- function(self) g(self)\n" + FLOW, ":1: 'self' is used as a whole"),
        ("f <- function(self) print(self$nope)\n" + FLOW, ":1: step 'start' reads self$nope, which no"),
        ("f <- function(self) flow_client$new('X')\n" + FLOW, ":1: 'flow_client' of Metaflow reads runs"),
        ("f <- function(self) current('run_id')\n" + FLOW, ":1: 'current' of Metaflow reads runs"),
        ("f <- function(self) self$a.b <- 1\n" + FLOW, ":1: 'a.b' cannot be the name of an artifact"),
        ("f <- 3\n" + FLOW, ":1: a step is not a function of self"),
        ("f <- function(self) self$h <- 1\nh <- function() 1\n" + FLOW, ":1: step 'start' makes 'h', and the script"),
        ("f <- function(self) 1\n" + FLOW.replace("step(step", "step(batch(), step", 1), ":2: batch() has no"),
        ("f <- function(self) 1\n" + FLOW.replace('"end")', "g())", 1), ":2: 'g()' is computed"),
        ("f <- function(self) 1\n" + FLOW.replace('next_step = "end"', 'next_step = "nope"'), "leads to 'nope'"),
        ("f <- function(self) self$g <- 1\n" + with_parameter("default = 1"), "changes parameter 'g'"),
        ("f <- function(self) 1\n" + with_parameter("separator = ','"), "separator of parameter(…)"),
    ],
)
def test_what_cannot_be_imported_is_told_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    script = tmp_path / "flow.R"
    script.write_text(text, "utf-8")
    with pytest.raises((NotAScript, CannotCarryOver)) as caught:
        import_script(script, tmp_path / "flow.ipynb")
    assert message in str(caught.value)
    assert not (tmp_path / "flow.ipynb").exists()


def test_a_script_is_never_evaluated_and_a_notebook_never_overwritten(tmp_path: Path) -> None:
    script, target = tmp_path / "flow.R", tmp_path / "flow.ipynb"
    script.write_text(f"file.create({str(tmp_path / 'made')!r})\nf <- function(self) 1\n{FLOW}", "utf-8")
    import_script(script, target)
    assert not (tmp_path / "made").exists()
    with pytest.raises(CannotWrite, match="it exists already; give another name, or --force"):
        import_script(script, target)
