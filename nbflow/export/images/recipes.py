"""Writes the recipes of images, for Docker and for Apptainer."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath


class ImageKind(StrEnum):
    """Names the programs that build images."""

    DOCKER = "docker"
    APPTAINER = "apptainer"

    @property
    def file(self) -> str:
        """Return the name of the recipe."""
        return "Dockerfile" if self is ImageKind.DOCKER else "flow.def"


@dataclass(frozen=True)
class ImageFacts:
    """Says what is in an image.

    Attributes:
        python: The version of Python, such as "3.11".
        notebook: The path of the notebook below the folder `flow`.
        has_wheels: Whether packages that come from no index lie in the folder `wheels`.
        system: The Debian packages that steps need.
        has_environments: Whether steps have environments, whose locks lie in the folder `environments`.
    """

    python: str
    notebook: PurePosixPath
    has_wheels: bool = False
    system: tuple[str, ...] = ()
    has_environments: bool = False


_BUILD = "nbflow env build"


def image_recipe(kind: ImageKind, facts: ImageFacts) -> str:
    """Return the text of the recipe."""
    return _dockerfile(facts) if kind is ImageKind.DOCKER else _definition(facts)


def _install_command(facts: ImageFacts) -> str:
    wheels = "--find-links=/opt/flow/wheels " if facts.has_wheels else ""
    return f"python -m pip install --no-cache-dir {wheels}--requirement=/opt/flow/requirements.txt"


def _system_commands(facts: ImageFacts) -> list[str]:
    if not facts.system:
        return []
    packages = " ".join(facts.system)
    install = f"apt-get install --yes --no-install-recommends {packages}"
    return [f"apt-get update && {install} && rm -rf /var/lib/apt/lists/*"]


def _folder(facts: ImageFacts) -> PurePosixPath:
    return PurePosixPath("/flow") / facts.notebook.parent


def _dockerfile(facts: ImageFacts) -> str:
    folder, name = _folder(facts), facts.notebook.name
    lines = [
        "# Build it:  docker build -t flow .",
        f"# Run it:    docker run --rm -v flow-store:/store flow    (then parameters, as for nbflow run {name})",
        f"FROM python:{facts.python}-slim",
        "ENV PYTHONUNBUFFERED=1 NBFLOW_HOME=/store XDG_CACHE_HOME=/opt/flow/cache",
        *_ignoring("hadolint ignore=DL3008", [f"RUN {one}" for one in _system_commands(facts)]),
        "COPY requirements.txt /opt/flow/",
        *(["COPY wheels /opt/flow/wheels"] if facts.has_wheels else []),
        f"RUN {_install_command(facts)}",
        "RUN useradd --create-home flow && mkdir /store /opt/flow/cache && chown flow /store /opt/flow/cache",
        "COPY --chown=flow flow /flow",
        *(["COPY --chown=flow environments /opt/flow/cache/nbflow"] if facts.has_environments else []),
        f"WORKDIR {folder}",
        "USER flow",
        *([f"RUN {_BUILD} {shlex.quote(name)}"] if facts.has_environments else []),
        "VOLUME /store",
        f"ENTRYPOINT {json.dumps(['nbflow', 'run', name])}",
    ]
    return "\n".join(lines) + "\n"


def _ignoring(comment: str, lines: list[str]) -> list[str]:
    return [line for one in lines for line in (f"# {comment}: Debian keeps only its newest version", one)]


def _definition(facts: ImageFacts) -> str:
    folder, name = _folder(facts), shlex.quote(facts.notebook.name)
    files = ["requirements.txt /opt/flow/requirements.txt", "flow /flow"]
    files += ["wheels /opt/flow/wheels"] if facts.has_wheels else []
    files += ["environments /opt/flow/cache/nbflow"] if facts.has_environments else []
    build = [f"cd {shlex.quote(str(folder))} && XDG_CACHE_HOME=/opt/flow/cache {_BUILD} {name}"]
    post = [*_system_commands(facts), _install_command(facts), *(build if facts.has_environments else [])]
    sections = [
        "# Build it:  apptainer build flow.sif flow.def",
        f"# Run it:    apptainer run flow.sif    (then parameters, as for nbflow run {name}; the store is ./.nbflow)",
        "Bootstrap: docker",
        f"From: python:{facts.python}-slim",
        "",
        "%files",
        *(f"    {one}" for one in files),
        "",
        "%post",
        "    set -e",
        *(f"    {one}" for one in post),
        "",
        "%environment",
        *(["    export XDG_CACHE_HOME=/opt/flow/cache"] if facts.has_environments else []),
        "    export PYTHONUNBUFFERED=1",
        "",
        "%runscript",
        '    export NBFLOW_HOME="${NBFLOW_HOME:-$PWD/.nbflow}"',
        f"    cd {shlex.quote(str(folder))}",
        f'    exec nbflow run {name} "$@"',
    ]
    return "\n".join(sections) + "\n"
