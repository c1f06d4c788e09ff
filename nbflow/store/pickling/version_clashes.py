"""Says which values were made with other versions of packages than those that read them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

from nbflow.errors import LoadFailed, VersionsClash
from nbflow.store.pickling.reduce import crossing
from nbflow.store.values.artifact_ref import ArtifactRef
from nbflow.store.values.package_versions import differing

_SOUND = frozenset({"numpy", "pandas", "python", "sklearn"})
"""Reads what other versions have made, or says itself that it may not be sound."""


def explain_failure(error: LoadFailed, artifacts: Sequence[ArtifactRef]) -> None:
    """Raise VersionsClash if the packages have other versions here than where the artifacts were made."""
    for one in artifacts:
        if found := differing(one.summary.versions):
            raise VersionsClash(one.name, found, error.reason) from None


def warn_of_versions(artifacts: Iterable[ArtifactRef]) -> None:
    """Warn of values whose packages have other versions here, if the steps of the flow have environments."""
    if not crossing.is_expected():
        return
    for one in artifacts:
        found = [each for each in differing(one.summary.versions) if each[0] not in _SOUND]
        if found:
            told = " and ".join(f"{name} {there}, and is read with {name} {here}" for name, there, here in found)
            warnings.warn(f"'{one.name}' was made with {told}", UserWarning, stacklevel=2)
