"""A store in Azure, against Azurite, which npm brings. NBFLOW_EXPLORE runs this; it installs 240 MB."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from nbflow.store.blobs.bucket import Bucket
from nbflow.store.blobs.objects import ObjectBlobs
from nbflow.testing import BlobStoreConformance
from tests.buckets import Machine, azurite, new_machine

if not os.environ.get("NBFLOW_EXPLORE") or shutil.which("npm") is None:
    pytest.skip("needs NBFLOW_EXPLORE and npm, which installs Azurite", allow_module_level=True)

CELLS = ("import numpy as np", "%%step load\ntable = np.arange(3_000_000)", "%%step total\ntotal = int(table.sum())")


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    with azurite(tmp_path_factory.mktemp("azurite")) as variables:
        yield variables


class TestAzureConforms(BlobStoreConformance):
    @pytest.fixture
    def blob_store(self, azure: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> ObjectBlobs:
        for name, value in azure.items():
            monkeypatch.setenv(name, value)
        return ObjectBlobs(Bucket(f"az://team/{uuid.uuid4()}"))


def test_another_machine_reuses_what_one_made(azure: Mapping[str, str], tmp_path: Path) -> None:
    one, two = (new_azure_machine(tmp_path / name, "az://team/flows", azure) for name in ("one", "two"))
    assert "2 ran" in one.nbflow("run", "flow.ipynb")
    assert "0 ran · 2 reused" in two.nbflow("run", "--reuse", "flow.ipynb")
    assert "every stored object is intact" in two.nbflow("verify")


@pytest.mark.parametrize(
    ("url", "change", "words"),
    [
        ("az://nobody/flows", {}, "there is no such bucket"),
        ("az://team/flows", {"AZURE_STORAGE_ACCOUNT_KEY": "d3Jvbmc="}, "the server does not accept the credentials"),
        ("az://team/flows", {"AZURE_STORAGE_ACCOUNT_KEY": ""}, "AZURE_STORAGE_ACCOUNT_KEY"),
    ],
)
def test_what_fails_is_one_line(
    url: str, change: Mapping[str, str], words: str, azure: Mapping[str, str], tmp_path: Path
) -> None:
    said = new_azure_machine(tmp_path / "one", url, {**azure, **change}).nbflow("run", "flow.ipynb", code=1)
    assert len(said.splitlines()) == 1, said
    assert words in said


def new_azure_machine(folder: Path, url: str, variables: Mapping[str, str]) -> Machine:
    return replace(new_machine(folder, url, "", CELLS), variables={**variables, "NBFLOW_HOME": url})
