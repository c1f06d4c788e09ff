"""Which tags a user may give and take."""

from __future__ import annotations

from collections.abc import Iterable

from nbflow.errors import MetaflowTaggingError

MOST = 50
LONGEST = 500


def check_tags(now: Iterable[str], add: Iterable[str], remove: Iterable[str], system: Iterable[str]) -> None:
    """Raise MetaflowTaggingError, which says what is wrong, before anything is changed."""
    added, removed, fixed = set(add), set(remove), set(system)
    for tag in sorted(added, key=str):
        if not isinstance(tag, str) or not tag:
            raise MetaflowTaggingError(f"{tag!r} is not a tag: use text that is not empty")
        if len(tag) > LONGEST:
            raise MetaflowTaggingError(f"tag '{tag[:20]}…' has {len(tag)} characters: use at most {LONGEST}")
    if removed & fixed:
        raise MetaflowTaggingError(f"{', '.join(sorted(removed & fixed))} is a system tag, which nobody can take away")
    number = len((set(now) - removed) | (added - fixed))
    if number > MOST:
        raise MetaflowTaggingError(f"that makes {number} tags: a run has at most {MOST}, remove some first")
