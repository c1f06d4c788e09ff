"""Gives the pages of the manual and the demo notebooks to the front end."""

from __future__ import annotations

import re
from functools import cache

from nbflow.errors import UnknownName
from nbflow.jupyter.protocol.help_messages import DemoNotebook, ManualLink, ManualPage
from nbflow.notebook.demos import TOUR, find_demo, read_demo, shipped

PAGES = ("panel", "language", "commands", "init", "reuse", "faq")
"""The pages of the documents that the wheel has, in the order of the manual."""

_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]*)\)")
_GENERATED = "\n## Verbs of the shell, with all options"
"""The part of a page that is written when the site is built."""


def manual_page(name: str | None) -> ManualPage:
    """Return a page, by default the first. Raises UnknownName."""
    name = name or PAGES[0]
    if name not in PAGES:
        raise UnknownName("page", name, PAGES)
    text = _read(name).partition(_GENERATED)[0]
    return ManualPage(name, _LINK.sub(_only_shipped, text), _links())


def demo_notebook(name: str | None) -> DemoNotebook:
    """Return a demo, by default the tour. Raises UnknownName."""
    demo = find_demo(name or TOUR)
    return DemoNotebook(demo.document, read_demo(demo))


def _read(name: str) -> str:
    return (shipped("manual", "docs") / f"{name}.md").read_text("utf-8")


@cache
def _links() -> tuple[ManualLink, ...]:
    return tuple(ManualLink(name, _read(name).partition("\n")[0].lstrip("# ")) for name in PAGES)


def _only_shipped(link: re.Match[str]) -> str:
    """Return a link to another page as it is; of other links their words, and of pictures nothing."""
    is_picture, words, target = link.groups()
    page = target.partition("#")[0].removesuffix(".md")
    is_known = not page or page in PAGES or "://" in target
    return "" if is_picture else link[0] if is_known else words
