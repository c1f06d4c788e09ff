"""What a pattern of files matches: what `glob` finds, but not for ever."""

from __future__ import annotations

import os
from contextlib import suppress
from glob import glob
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import TooManyFiles
from nbflow.run.surroundings.disk import Disk
from nbflow.run.surroundings.pattern_files import files_of_pattern, find_matches, matches_nothing

PATTERNS = [
    *(
        "",
        "*",
        "**",
        "**/*",
        "*/*",
        "a/**",
        "a/**/c.txt",
        "**/b/*",
        "**/**",
        "**/*.txt",
        "*.txt",
        "?/b/c.txt",
        "[ab]/*",
    ),
    *("a", "a/", "a/b/c.txt", "none", "none/*", "none/**", "**/", "*/", ".*", "**/.*", ".hidden/*", "../*", "./*", "["),
    *("**/a.txt/**", "linked/*", "*/c.txt", "linked/**", "a.txt/*", "{root}/**", "{root}/a/*", "**/b/**/*.txt"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.txt", "a/b/c.txt", "a/b/d/e.txt", "b/f.txt", ".hidden/g.txt", "a/.h/i.txt", "b/.j.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "linked").symlink_to("a/b")
    (tmp_path / "broken").symlink_to("nothing")
    (tmp_path / "itself").symlink_to("itself")
    return tmp_path


def found(pattern: str, folder: Path) -> list[str]:
    return sorted(filter(None, find_matches(pattern, str(folder))))


def of_glob(pattern: str, folder: Path) -> list[str]:
    """Without `none/` for `none/**`, which `glob` of Python 3.11 finds even where there is no such folder."""
    matched = filter(None, glob(pattern, root_dir=folder, recursive=True))
    return sorted(
        one for one in matched if os.path.lexists(folder / one) and (one[-1] != "/" or (folder / one).is_dir())
    )


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_matches_what_glob_finds(folder: Path, pattern: str) -> None:
    pattern = pattern.replace("{root}", str(folder))
    assert found(pattern, folder) == of_glob(pattern, folder)


NAMES = st.sampled_from(["a", "b", "c.txt", ".h"])
PATHS = st.lists(NAMES, min_size=1, max_size=3)
PARTS = st.sampled_from(["*", "**", "a", "b", "?", "*.txt", "[ab]", ".*", "..", ""])


@given(
    files=st.lists(PATHS, max_size=6),
    links=st.lists(st.tuples(NAMES, PATHS), max_size=2),
    parts=st.lists(PARTS, max_size=4),
)
def test_in_any_folder_a_pattern_matches_what_glob_finds(
    files: list[list[str]], links: list[tuple[str, list[str]]], parts: list[str]
) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        for names in files:
            with suppress(OSError):  # a file cannot be a folder, too
                folder.joinpath(*names[:-1]).mkdir(parents=True, exist_ok=True)
                folder.joinpath(*names).touch()
        for name, target in links:
            with suppress(OSError):
                (folder / "linked").mkdir(exist_ok=True)
                (folder / "linked" / name).symlink_to(folder.joinpath(*target))  # to nothing that has links in it
        pattern = "/".join(parts).lstrip("/")
        assert found(pattern, folder) == of_glob(pattern, folder)


def test_a_name_that_cannot_be_is_matched_by_nothing(folder: Path) -> None:
    assert found("\0", folder) == found("\0*", folder) == []


def test_links_to_a_folder_above_are_not_followed_for_ever(folder: Path) -> None:
    for name in ("a/up", "a/top", "a/b/also"):
        (folder / name).symlink_to(folder)
    expected = {path for path in folder.rglob("[!.]*.txt") if ".h" not in str(path.relative_to(folder))}
    matched = files_of_pattern("**", folder)
    assert {path.resolve() for path in matched} == expected
    assert len(matched) == len({*matched}) < 200


def test_a_pattern_with_too_many_matches_is_an_error(folder: Path) -> None:
    for name in ("a/up", "b/up"):
        (folder / name).symlink_to(folder)
    for part, count in (("*", 40), ("**", 40), ("*", 3000)):
        pattern = os.sep.join([part] * count)
        with pytest.raises(TooManyFiles, match="takes too long to be looked up"):
            list(find_matches(pattern, str(folder), most=5000))
    assert not matches_nothing("*/" * 40 + "none", folder)
    assert matches_nothing("a/*.csv", folder)


def test_two_links_to_their_own_folder_match_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("a", "b"):
        (tmp_path / "data" / name).symlink_to(".")
    assert matches_nothing("data/**", tmp_path)
    assert Disk(tmp_path).listing("data/**") == Disk(tmp_path).listing("none/**")
