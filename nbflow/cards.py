"""Parts of a card, under the name from which scripts import them: `from nbflow.cards import Markdown, Table`."""

from nbflow.script.cards import Artifact, Image, Markdown, Table

__all__ = ["Artifact", "Image", "Markdown", "Table"]
