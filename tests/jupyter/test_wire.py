"""Messages as JSON."""

from __future__ import annotations

import json

from nbflow.jupyter.protocol.messages import RunLine, RunList
from nbflow.jupyter.protocol.wire import to_data, to_json
from nbflow.progress.status import RunStatus

RUN = RunLine(1, "run", RunStatus.FAILED, 2.0, parameters={"rate": float("nan"), "most": [float("inf")]}, tags=("a",))


def test_a_message_is_an_object_of_its_fields() -> None:
    found = to_data(RunList((RUN,)))
    (line,) = found["runs"]
    assert (line["number"], line["status"], line["tags"], line["finished"]) == (1, "failed", ["a"], None)
    assert type(line["status"]) is str
    assert json.loads(to_json(RunList((RUN,)))) == found


def test_numbers_that_json_does_not_have_are_named() -> None:
    assert to_data(RUN)["parameters"] == {"rate": "nan", "most": ["inf"]}
    assert "NaN" not in to_json(RUN)
