"""The states of widgets, kept and shown again in a process that never had them."""

from __future__ import annotations

import gc
from typing import Any

import comm
import ipywidgets
import pytest
from tqdm.notebook import tqdm

from nbflow.run.output.outputs import Output
from nbflow.run.output.widgets import VIEW, keep_widgets, show_states


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


def test_a_bar_whose_loop_is_over_is_drawn_from_its_parts() -> None:
    bar = tqdm(range(4), desc="w")
    for number in bar:
        if number == 1:
            break
    box = bar.container
    bar.close()
    output: Output = {"output_type": "display_data", "data": {VIEW: {"model_id": box.model_id}}, "metadata": {}}
    del bar
    gc.collect()
    keep_widgets([output])
    assert output["widgets"]["text"].startswith("w:  25%|██        | 1/4 [")
