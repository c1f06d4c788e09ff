"""Represents what an encoding of values has stored."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.store.values.artifact_ref import ArtifactRef, Component


@dataclass(frozen=True, slots=True)
class Encoded:
    """Holds what an encoding stored: the artifacts and the components that hold them."""

    artifacts: tuple[ArtifactRef, ...] = ()
    components: tuple[Component, ...] = ()
