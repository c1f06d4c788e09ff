"""The manual that the panel shows: its pages are those of the documents, and its links lead somewhere."""

from __future__ import annotations

import re

import pytest

from nbflow.errors import UnknownName
from nbflow.jupyter.panel.manual import PAGES, demo_notebook, manual_page
from tests.docs.tutorial import ROOT


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_that_of_the_documents_without_pictures_and_dead_links(name: str) -> None:
    page, source = manual_page(name), (ROOT / "docs" / f"{name}.md").read_text()
    assert page.text.partition("\n")[0] == source.partition("\n")[0]
    assert "![" not in page.text
    assert "<!--" not in page.text
    targets = re.findall(r"\]\(([^)]*)\)", page.text)
    inside = [target for target in targets if "://" not in target]
    assert [target for target in inside if target.partition("#")[0].removesuffix(".md") not in ("", *PAGES)] == []
    for target in inside:
        place, _, section = target.partition("#")
        headings = re.findall(r"^#+ (.*)$", manual_page(place.removesuffix(".md") or name).text, re.M)
        assert not section or section in [slug(heading) for heading in headings], target


def slug(heading: str) -> str:
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())


def test_titles_are_the_headings() -> None:
    page = manual_page(None)
    assert page.name == "panel"
    assert {link.name: link.title for link in page.pages}["language"] == "The language"


def test_what_is_not_there_is_refused() -> None:
    for name in ("../README", "security", "panel.md", "\0"):
        with pytest.raises(UnknownName):
            manual_page(name)
        with pytest.raises(UnknownName):
            demo_notebook(name)
    assert demo_notebook("linear").document == "linear.ipynb"
