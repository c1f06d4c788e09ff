"""A shell for tests: notebooks in a folder, and the command line run on them in this process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from nbflow.cli.main import nbflow
from tests.flows import Shape, notebook_of


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def steady(self) -> str:
        """The output without what differs each time: memory, durations and ages, and how wide they make a column."""
        text = re.sub(r" · [\d.]+ [kMG]B(?=:|$)", "", self.out, flags=re.MULTILINE)
        text = re.sub(r"\d+(\.\d+)? s\b", "N s", text)
        text = re.sub(r"(N|\d+) (s|m) ago|just now", "AGO", text)
        text = re.sub(r" · [\d.]+ [kMG]B( · CPU N s)?(?=$|:)", "", text, flags=re.MULTILINE)
        return re.sub(r"(AGO|N s) {2,}", r"\1  ", text)


@dataclass(frozen=True)
class Shell:
    folder: Path

    def write(self, name: str, *cells: str) -> str:
        """A notebook; returns its path, as one would type it."""
        path = self.folder / f"{name}.ipynb"
        path.write_text(notebook_of(list(cells)))
        return str(path)

    def write_shape(self, shape: Shape) -> str:
        return self.write(shape.name, *shape.cells)

    def __call__(self, *words: str) -> Answer:
        result = CliRunner().invoke(nbflow, words, prog_name="nbflow")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)
