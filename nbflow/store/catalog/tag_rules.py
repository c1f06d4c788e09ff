"""Says which tags a run may have."""

from __future__ import annotations

from collections.abc import Iterable

from nbflow.errors import MetaflowTaggingError

MOST = 50
LONGEST_TAG = 500


def check_tags(now: Iterable[str], add: Iterable[str], remove: Iterable[str], system: Iterable[str]) -> None:
    """Raise MetaflowTaggingError if tags cannot be added and removed like this; nothing is changed yet.

    `now` are the user's tags of the run, `system` those that users cannot remove.
    """
    added, removed, fixed = set(add), set(remove), set(system)
    for tag in sorted(added | removed, key=str):
        if not isinstance(tag, str) or not tag:
            raise MetaflowTaggingError(f"{tag!r} is not a tag: use text that is not empty")
        if not _is_text(tag):
            raise MetaflowTaggingError(f"{tag!r} is not a tag: it contains bytes that are not valid UTF-8")
        if len(tag) > LONGEST_TAG:
            raise MetaflowTaggingError(f"tag '{tag[:20]}…' has {len(tag)} characters: use at most {LONGEST_TAG}")
    if removed & fixed:
        raise MetaflowTaggingError(f"{', '.join(sorted(removed & fixed))} is a system tag, which cannot be removed")
    number = len((set(now) - removed) | (added - fixed))
    if number > MOST:
        raise MetaflowTaggingError(f"the run would have {number} tags: it may have {MOST}, so remove some first")


def _is_text(tag: str) -> bool:
    """Tell whether the tag can be encoded: an argument of a command line may hold any bytes."""
    try:
        tag.encode()
    except UnicodeEncodeError:
        return False
    return True
