"""Checks, adds and removes the tags of a run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from nbflow.client.above import FlowAbove
from nbflow.errors import MetaflowTaggingError
from nbflow.store.catalog.reader import CatalogReader
from nbflow.store.catalog.rows import RunRow
from nbflow.store.catalog.tag_rules import check_tags


def tags_of(row: RunRow, reader: CatalogReader) -> tuple[frozenset[str], frozenset[str]]:
    """Return the tags of users, and the system tags: user, date, Python version and project."""
    facts = reader.environment(row.environment) or {}
    python, day = f"python_version:{facts.get('python', '')}", f"date:{datetime.fromtimestamp(row.started):%Y-%m-%d}"
    system = frozenset({f"user:{row.user}", "runtime:dev", python, day, *facts.get("tags", ())})
    return frozenset(row.tags) - system, system


class Tagged:
    """Gives a client run its tags."""

    flow: FlowAbove

    @property
    def _row(self) -> RunRow:
        raise NotImplementedError

    @property
    def user_tags(self) -> frozenset[str]:
        """Return the tags that users gave to the run."""
        return tags_of(self._row, self.flow._archive.reader)[0]

    @property
    def system_tags(self) -> frozenset[str]:
        """Return the tags that nbflow gave to the run; users cannot remove them."""
        return tags_of(self._row, self.flow._archive.reader)[1]

    def add_tag(self, tag: str | Iterable[str]) -> None:
        """Add tags to the run.

        Args:
            tag: One tag, or several.

        Raises:
            MetaflowTaggingError: if a tag is not valid, or the run would have too many.

        Example:
            >>> run = Run("Films/1")
            >>> run.add_tag("best")
            >>> sorted(run.user_tags)
            ['best']
            >>> run.remove_tag("best")
        """
        self.replace_tags((), tag)

    add_tags = add_tag

    def remove_tag(self, tag: str | Iterable[str]) -> None:
        """Remove tags from the run; those that it does not have are ignored.

        Args:
            tag: One tag, or several.

        Raises:
            MetaflowTaggingError: if a tag is not valid, or is a system tag.
        """
        self.replace_tags(tag, ())

    remove_tags = remove_tag

    def replace_tags(self, tags_to_remove: str | Iterable[str], tags_to_add: str | Iterable[str]) -> None:
        """Remove tags and add others in one step, so that readers see either the old tags or the new ones.

        Args:
            tags_to_remove: One tag, or several.
            tags_to_add: One tag, or several.

        Raises:
            MetaflowTaggingError: if a tag is not valid, is a system tag, or the run would have too many.
        """
        old, new = (_several(one) for one in (tags_to_remove, tags_to_add))
        row = self._row
        if not old and not new:
            raise MetaflowTaggingError("there is no tag to add or to remove: give at least one")
        check_tags(row.tags, new, old, self.system_tags)
        with self.flow._store.writer() as writer:
            writer.untag(row.id, *(tag for tag in old if tag not in new))
            writer.tag(row.id, *(tag for tag in new if tag not in self.system_tags))

    replace_tag = replace_tags


def _several(tags: str | Iterable[str]) -> list[str]:
    """Return one tag, or several, as a list; what is neither is refused as a tag."""
    return [*tags] if isinstance(tags, Iterable) and not isinstance(tags, str) else [tags]
