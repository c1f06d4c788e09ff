"""The states of widgets, kept and shown again in a process that never had them."""

from __future__ import annotations

from typing import Any

import comm
import ipywidgets
import pytest

from nbflow.run.outputs import Output
from nbflow.run.widgets import VIEW, keep_widgets, show_states


def test_models_that_are_gone_are_made_again_parts_first(monkeypatch: pytest.MonkeyPatch) -> None:
    box = ipywidgets.VBox([ipywidgets.Label("a"), ipywidgets.Image(value=b"\x89PNG")])
    output: Output = {"output_type": "display_data", "data": {VIEW: {"model_id": box.model_id}}, "metadata": {}}
    keep_widgets([output])
    kept = output["widgets"]
    assert kept["text"].startswith("VBox(children=(Label(value='a'), Image(")

    made: list[dict[str, Any]] = []
    monkeypatch.setattr(comm, "create_comm", lambda **facts: made.append(facts))
    known = comm.get_comm_manager().comms
    for model in kept["state"]:
        known.pop(model)
    show_states(kept["state"])
    assert [one["comm_id"] for one in made] == [*kept["state"]]
    assert made[-1]["comm_id"] == box.model_id
    (image,) = (one for one in made if one["data"]["state"]["_model_name"] == "ImageModel")
    assert (image["buffers"], image["data"]["buffer_paths"]) == ([b"\x89PNG"], [["value"]])
