"""Writes the folder of which an image is built."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nbflow.errors import TargetExists
from nbflow.export.errors import ExportFailed
from nbflow.export.images.image_packages import PackageList, Pinned, packages_for
from nbflow.export.images.recipes import ImageFacts, ImageKind, image_recipe
from nbflow.flow.syntax.environment_braces import foreseen_environments
from nbflow.run.environments.locking import resolve_locks
from nbflow.run.environments.resolving import resolution_file
from nbflow.run.program.needed_files import base_of, needed_files, unreachable_files
from nbflow.run.program.program import Program

_OF_R = ("r-base-core",)


@dataclass(frozen=True)
class WrittenImage:
    """Says what was written, and what the user should know of it."""

    recipe: Path
    files: int
    packages: int
    notes: tuple[str, ...] = ()


def write_image(program: Program, document: Path, target: Path, kind: ImageKind, force: bool = False) -> WrittenImage:
    """Write the recipe of an image with the notebook `document`, its files and its packages into a folder.

    Raises TargetExists if there is something in the folder and `force` is not set, and ExportFailed.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())) and not force:
        raise TargetExists(target)
    steps = program.graph.steps
    languages = {step.source.language for step in steps.values()}
    modules = {name for step in steps for name in program.modules(step, program.closure(step))}
    files = [*dict.fromkeys((document, *needed_files(program, steps)))]
    found = packages_for(modules - _local(modules, program), _extras(program, languages))
    base = base_of(program, steps, files)
    target.mkdir(parents=True, exist_ok=True)
    _copy(files, base, target / "flow")
    facts = ImageFacts(
        f"{sys.version_info[0]}.{sys.version_info[1]}",
        PurePosixPath(document.relative_to(base).as_posix()),
        _write_packages(found, target),
        _OF_R if "R" in languages else (),
        _copy_resolutions(program, target / "environments"),
    )
    recipe = target / kind.file
    recipe.write_text(image_recipe(kind, facts), "utf-8")
    notes = [f"'{name}' is imported, but no installed package is known for it" for name in found.unknown]
    notes += [str(problem) for problem in unreachable_files(program, steps)]
    late = [name for name, step in steps.items() if step.options.env and not foreseen_environments(step)]
    notes += [f"only a run knows the environments of '{name}': the image needs an index for them" for name in late]
    return WrittenImage(recipe, len(files), len(found.pinned), tuple(notes))


def _local(modules: Iterable[str], program: Program) -> set[str]:
    """Return the modules that are files of the project."""
    return {name for name in modules if any(_is_in(folder, name.partition(".")[0]) for folder in program.project)}


def _is_in(folder: Path, module: str) -> bool:
    return (folder / module).is_dir() or (folder / f"{module}.py").is_file()


def _extras(program: Program, languages: Iterable[str]) -> set[str]:
    """Return the extras of nbflow that the flow uses, and that of stores in buckets, which an image may be given."""
    found = {"s3", *(["sql"] if "sql" in languages else [])}
    return found | ({"env"} if any(step.options.env for step in program.graph.steps.values()) else set())


def _copy(files: Iterable[Path], base: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    for file in files:
        place = target / file.relative_to(base)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, place)


def _write_packages(found: PackageList, target: Path) -> bool:
    """Write requirements.txt, and wheels of the packages that come from no index; return whether there are any."""
    lines = "".join(f"{one.line}\n" for one in found.pinned)
    (target / "requirements.txt").write_text(lines, "utf-8")
    own = [one for one in found.pinned if one.source is not None]
    for one in own:
        _write_wheel(one, target / "wheels")
    return bool(own)


def _write_wheel(package: Pinned, folder: Path) -> None:
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={folder}", str(package.source)]
    made = subprocess.run(words, capture_output=True, text=True, check=False)
    if made.returncode:
        reason = (made.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise ExportFailed(
            f"{package.name} was installed from {package.source}, and no wheel can be made of it: {reason}"
        )


def _copy_resolutions(program: Program, target: Path) -> bool:
    """Copy the locks of the steps' environments; return whether there are any."""
    shutil.rmtree(target, ignore_errors=True)
    steps = program.graph.steps
    resolve_locks(program.graph, steps, program.folder)
    for words in {words for step in steps.values() for words in foreseen_environments(step)}:
        file = resolution_file(words, program.folder)
        place = target / "resolutions" / file.name
        if file.exists():  # else a step may do without it
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, place)
    return target.exists()
