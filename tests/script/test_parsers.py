"""What parsers of files and configs read, and what a change of one means for a resumed run."""

from __future__ import annotations

import pytest

from nbflow.errors import ParserValueError
from nbflow.script.inputs.parsers import conda_environment_yml_parser, find_parser, requirements_txt_parser, yaml_parser
from tests.script.running import Scripts

PARSED = """
def parse(text):
    return text.upper()

class F(FlowSpec):
    plain = IncludeFile("plain", default="given.txt")
    file = IncludeFile("file", default="given.txt", parser={})

    @step
    def start(self):
        self.x = {}
        self.next(self.end)

    @step
    def end(self):
        self.y = self.plain
"""


@pytest.mark.parametrize(
    "prefix", ["nbflow", "nbflow.script.inputs.parsers", "metaflow", "metaflow.plugins.parsers", ""]
)
def test_a_parser_is_found_by_its_name(prefix: str) -> None:
    assert find_parser(f"{prefix}.yaml_parser") is yaml_parser


def test_an_unknown_parser_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no parser 'json.nothing': give a function"):
        find_parser("json.nothing")


def test_a_line_that_cannot_be_read_is_said_with_the_reason() -> None:
    with pytest.raises(ParserValueError, match=r"'==3' cannot be read: it is not a requirement of PEP 508"):
        requirements_txt_parser("a\n==3")
    with pytest.raises(ParserValueError, match=r"'pip:' cannot be read: a list below"):
        conda_environment_yml_parser("dependencies:\n- pip:\n  - x")


@pytest.mark.parametrize("other", ["lambda text: text.lower()", "str.title"])
def test_a_file_with_another_parser_makes_steps_run_again(scripts: Scripts, other: str) -> None:
    (scripts.folder / "given.txt").write_text("Ab c")
    scripts.run(PARSED.format("parse", "self.file"))
    assert scripts.resume(PARSED.format("parse", "self.file")).executed == []
    again = scripts.resume(PARSED.format(other, "self.file"))
    assert (again.value("start", "x") == "AB C", "start" in again.executed) == (False, True)


def test_a_parser_whose_function_has_changed_makes_steps_run_again(scripts: Scripts) -> None:
    (scripts.folder / "given.txt").write_text("Ab c")
    scripts.run(PARSED.format("parse", "self.file"))
    again = scripts.resume(PARSED.format("parse", "self.file").replace("upper", "lower"))
    assert (again.value("start", "x"), "start" in again.executed) == ("ab c", True)
