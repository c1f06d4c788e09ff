"""What earlier versions stored is read, wherever its classes have gone."""

from __future__ import annotations

import importlib

import pytest

from nbflow import ConfigValue, FlowSpec, IncludeFile, Parameter, Runner, current, parallel_map, profile
from nbflow.client import DataArtifact
from nbflow.errors import LoadFailed
from nbflow.exception import MetaflowExceptionWrapper
from nbflow.script.inputs.delayed import Delayed
from nbflow.script.language.custom import StepMutator
from nbflow.script.language.flowspec import ForeachFrame
from nbflow.script.language.joining import InputFlows
from nbflow.script.language.step_facts import Applied, DecoratorFacts
from nbflow.script.preparing.static_branches import Branches
from nbflow.store.blobs.memory import MemoryBlobs
from nbflow.store.pickling.component import build_component, decode_component
from nbflow.store.pickling.home import PlainHome
from nbflow.store.pickling.unpickler import MOVED, RENAMED
from nbflow.store.values.artifact_ref import ArtifactRef

EARLIER = (
    b"\x80\x05\x95R\x00\x00\x00\x00\x00\x00\x00]\x94(\x8c\x10nbflow.relations\x94\x8c\x07Several\x94\x93\x94K\x01K\x02"
    b"\x86\x94\x85\x94\x81\x94\x8c\x10nbflow.artifacts\x94\x8c\x0cDataArtifact\x94\x93\x94e."
)

OF_A_SCRIPT = (
    b"\x80\x04\x95q\x00\x00\x00\x00\x00\x00\x00]\x94(\x8c\x14nbflow.script.config"
    b"\x94\x8c\x0bConfigValue\x94\x93\x94}\x94\x8c\x01a\x94K\x01s\x85\x94R\x94\x8c\x12nbfl"
    b"ow.script.flow\x94\x8c\x05Frame\x94\x93\x94(\x8c\x05start\x94\x8c\x01"
    b"i\x94K\x02K\x00\x8c\x01x\x94t\x94\x81\x94e."
)


def load(stream: bytes) -> list[object]:
    blobs = MemoryBlobs()
    component = build_component(memoryview(stream), (), ("tasks", "kind"), blobs, None)
    return decode_component(component, blobs, PlainHome()).values


def test_objects_of_the_client_that_an_earlier_version_stored_are_read() -> None:
    assert load(EARLIER) == [(1, 2), DataArtifact]


def test_a_module_that_never_was_is_missing() -> None:
    with pytest.raises(LoadFailed, match=r"No module named 'nbflow\.relatives'"):
        load(EARLIER.replace(b"relations", b"relatives"))


def test_values_of_a_script_that_an_earlier_version_stored_are_read() -> None:
    config, frame = load(OF_A_SCRIPT)
    assert (type(config), config) == (ConfigValue, {"a": 1})
    assert frame == ForeachFrame("start", "i", 2, 0, "x")


@pytest.mark.parametrize(
    ("earlier", "today"),
    [
        ("nbflow.script.branches Branches", Branches),
        ("nbflow.script.config ConfigValue", ConfigValue),
        ("nbflow.script.current current", current),
        ("nbflow.script.custom StepMutator", StepMutator),
        ("nbflow.script.decorators Applied", Applied),
        ("nbflow.script.decorators Facts", DecoratorFacts),
        ("nbflow.script.delayed Delayed", Delayed),
        ("nbflow.script.flow FlowSpec", FlowSpec),
        ("nbflow.script.flow Frame", ForeachFrame),
        ("nbflow.script.joining Inputs", InputFlows),
        ("nbflow.script.multicore parallel_map", parallel_map),
        ("nbflow.script.parameters IncludeFile", IncludeFile),
        ("nbflow.script.parameters Parameter", Parameter),
        ("nbflow.script.profiling profile", profile),
        ("nbflow.script.runner Runner", Runner),
        ("nbflow.script.wrapper MetaflowExceptionWrapper", MetaflowExceptionWrapper),
        ("nbflow.store.artifact Artifact", ArtifactRef),
    ],
)
def test_a_name_that_an_earlier_version_stored_is_found(earlier: str, today: object) -> None:
    module, name = earlier.split()
    assert load(f"(lc{module}\n{name}\na.".encode()) == [today]


def test_every_module_and_class_that_has_moved_is_where_it_is_said_to_be() -> None:
    for module in MOVED.values():
        importlib.import_module(module)
    for (module, _), name in RENAMED.items():
        assert hasattr(importlib.import_module(MOVED.get(module, module)), name)
