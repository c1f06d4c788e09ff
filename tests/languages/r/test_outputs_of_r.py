"""Tests what a task shows of the output, the plots and the errors of R, and that R ends with its task."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from nbflow.errors import LanguageFailed, REnded, RFailed, RMissing
from nbflow.languages.r.r_process import MarkedText
from nbflow.languages.r.run_r import RSource, run_r, vectors_of
from nbflow.run.events.events import FailureKind
from nbflow.run.output.outputs import Output
from tests.flows import Shape
from tests.run.running import Place

NAME = "films.ipynb · step pick · cell 3"


def outputs_of(code: str, folder: Path) -> list[Output]:
    """Return what a task with this code of R shows."""
    cell = f"%%step draw\nfrom nbflow.languages.r.run_r import run_r\n_ = run_r({code!r}, {{}})"
    ran = Place(folder).run(Shape("drawn", cell, {}))
    (result,) = ran.results.values()
    assert result.failure is None, result.failure
    return result.outputs


def brief(outputs: list[Output]) -> list[str]:
    """Return texts, and the types of pictures."""
    return [one["name"][3:] + ": " + one["text"] if "text" in one else next(iter(one["data"])) for one in outputs]


def test_text_messages_and_plots_are_shown_in_the_order_of_the_code(tmp_path: Path) -> None:
    code = """cat("one\n"); message("two"); x <- 3; x; invisible(4)
plot(1:3)
f <- function(x) { warning("five"); "six" }
f(1)
par(mfrow = c(1, 2)); plot(1); plot(2)
lines(1:2)
system("echo seven")
options(jupyter.plot_mimetypes = "image/svg+xml"); invisible(dev.off())
grid::grid.newpage(); grid::grid.rect()
suppressWarnings(as.integer("a"))
capture.output({ print(8); message("nine") })"""
    assert brief(outputs_of(code, tmp_path)) == [
        "out: one\n",
        "err: two\n",
        "out: [1] 3\n",
        "image/png",
        "err: Warning in f(1): five\n",
        'out: [1] "six"\n',
        "image/png",
        "out: seven\n",
        "image/svg+xml",
        "out: [1] NA\n",
        "err: nine\n",
        'out: [1] "[1] 8"\n',
    ]


def test_a_plot_of_ggplot2_is_shown_where_its_value_is_printed(tmp_path: Path) -> None:
    if not run_r("found <- requireNamespace('ggplot2', quietly = TRUE)", {}, ["found"])[0]:
        pytest.skip("there is no ggplot2: apt-get install r-cran-ggplot2")
    code = "library(ggplot2)\nggplot(mtcars, aes(wt, mpg)) + geom_point()\nkept <- ggplot(mtcars)\ncat('end')"
    assert brief(outputs_of(code, tmp_path)) == ["image/png", "out: end"]


def test_what_code_draws_into_its_own_files_is_not_shown(tmp_path: Path) -> None:
    code = f"png({str(tmp_path / 'own.png')!r}); plot(1); invisible(dev.off()); cat('done')"
    assert brief(outputs_of(code, tmp_path)) == ["out: done"]
    assert (tmp_path / "own.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_marks_are_found_however_the_bytes_arrive(size: int) -> None:
    heard: list[tuple[str, str]] = []
    shows = {b"": lambda text: heard.append(("", text)), b"E": lambda text: heard.append(("E", text))}
    marks = MarkedText(b"abc", shows)
    data = "x\0y\0ab ü".encode() + b"\0abcE6\n" + "müde!".encode() + b"z\0abcE0\n\0"
    for start in range(0, len(data), size):
        marks.feed(data[start : start + size])
    texts = "".join(text for letter, text in heard if not letter)
    assert texts == "x\0y\0ab üz"
    assert [one for one in heard if one[0]] == [("E", "müde!"), ("E", "")]


FAILING = {
    "at the top": ("x <- 1\n\nstop('bad')", "bad", [(4, "<module>")]),
    "in a function": (
        "f <- function(a) {\n  b <- a\n  stop('no ', b)\n}\nf(2)",
        "no 2 (in f(2))",
        [(6, "<module>"), (4, "f")],
    ),
    "in a loop": (
        "for (i in 1:3) {\n  y <- i\n  1 + 'a'\n}",
        'non-numeric argument to binary operator (in 1 + "a")',
        [(4, "<module>")],
    ),
    "in a block": (
        "if (TRUE) {\n  1\n  sqrt('a')\n}",
        "non-numeric argument to mathematical function",
        [(4, "<module>")],
    ),
    "in an argument": (
        "sapply(1:2, function(i) {\n  i\n  nope(i)\n})",
        'could not find function "nope" (in nope(i))',
        [(2, "<module>"), (4, "FUN")],
    ),
    "not R": ("x <- 1\ny <- (2 +\nz <- ]", "R cannot read this: unexpected ']'", [(4, "<module>")]),
    "not complete": ("x <- 1\nf <- function() {\n", "R cannot read this: unexpected end of input", [(3, "<module>")]),
    "a package": ("library(nosuch)", "there is no package called", [(2, "<module>")]),
    "a warning": (
        "options(warn = 2)\nas.integer('a')",
        "(converted from warning) NAs introduced by coercion",
        [(3, "<module>")],
    ),
    "no end": ("f <- function(n) f(n + 1)\nf(1)", "too", [(3, "<module>")]),
    "its own class": (
        "stop(structure(class = c('own', 'error', 'condition'), list(message = 'mine', call = NULL)))",
        "mine",
        [(2, "<module>")],
    ),
}


@pytest.mark.parametrize("case", FAILING)
def test_an_error_has_the_lines_of_its_cell(case: str) -> None:
    code, message, lines = FAILING[case]
    with pytest.raises(RFailed) as caught:
        vectors_of(RSource(code, NAME, 2), {}, ())
    assert message in str(caught.value)
    frames = [frame for frame in traceback.extract_tb(caught.tb) if frame.filename == NAME]
    assert [(frame.lineno, frame.name) for frame in frames][: len(lines)] == lines


def test_an_error_in_shared_code_has_the_lines_of_both_cells() -> None:
    shared = RSource("g <- function(x) {\n  stop('deep')\n}", "films.ipynb · cell 1", 2)
    with pytest.raises(RFailed, match="deep") as caught:
        vectors_of(RSource("a <- 1\ng(a)", NAME, 2), {}, (), [shared])
    frames = [
        (one.filename, one.lineno, one.name) for one in traceback.extract_tb(caught.tb) if "films" in one.filename
    ]
    assert frames == [(NAME, 3, "<module>"), ("films.ipynb · cell 1", 3, "g")]
    assert 'Calls of R, the last one last:\n  g(a)\n  stop("deep")' in caught.value.__notes__


@pytest.mark.parametrize(
    ("code", "how"),
    [("quit(status = 3)", "ended with exit status 3"), ("tools::pskill(Sys.getpid(), 9)", "was killed by SIGKILL")],
)
def test_an_early_end_of_r_is_told(code: str, how: str) -> None:
    with pytest.raises(REnded, match=how) as caught:
        vectors_of(RSource(f"a <- 1\n\n{code}\nb <- 2", NAME, 2), {}, ())
    assert traceback.extract_tb(caught.tb)[-1][:2] == (NAME, 4)


def test_a_missing_r_is_one_line_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RMissing, match=r"no Rscript on the PATH. Install R: apt-get install r-base-core"):
        run_r("1", {})


def test_a_failure_of_r_is_one_of_the_code_and_not_of_the_store(tmp_path: Path) -> None:
    cell = "%%step draw\nfrom nbflow.languages.r.run_r import run_r\n_ = run_r('stop(1)', {})"
    (result,) = Place(tmp_path).run(Shape("fails", cell, {})).results.values()
    assert result.failure is not None
    assert (result.failure.kind, result.failure.type) == (FailureKind.ERROR, "RFailed")
    assert issubclass(RFailed, LanguageFailed)


SLOW = "cat('begun\\n'); system('sleep 600', wait = FALSE); writeLines(paste(Sys.getpid()), {pid!r}); Sys.sleep(600)"


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z"


def test_r_ends_with_its_task(tmp_path: Path) -> None:
    code = SLOW.format(pid=str(tmp_path / "pid"))
    cell = f"%%step slow --timeout 3s\nfrom nbflow.languages.r.run_r import run_r\n_ = run_r({code!r}, {{}})"
    (result,) = Place(tmp_path).run(Shape("slow", cell, {})).results.values()
    assert result.failure is not None
    assert result.failure.kind is FailureKind.TIMEOUT
    assert is_gone(int((tmp_path / "pid").read_text("utf-8")))


def test_text_arrives_while_the_code_runs_and_an_interrupt_ends_r(tmp_path: Path) -> None:
    code = SLOW.format(pid=str(tmp_path / "pid")) + "; cat('never')"
    command = [sys.executable, "-c", f"from nbflow.languages.r.run_r import run_r\n_ = run_r({code!r}, {{}})"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate()
    assert rest == ""
    assert errors.endswith("KeyboardInterrupt\n")
    pids: list[Any] = [path for path in (tmp_path / "pid",) if path.exists()]
    assert all(is_gone(int(path.read_text("utf-8"))) for path in pids)
