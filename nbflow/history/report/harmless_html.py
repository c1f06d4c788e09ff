"""Takes out of HTML and CSS all that acts or loads: what tasks displayed is a picture in a page, never a program."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any, NamedTuple

_TAGS = frozenset({"input", "label", "main", "meter", "progress", "section"})
"""Names what is allowed besides the tags that nh3 allows."""

_HIDDEN = {"iframe", "noscript", "script", "style", "template", "title"}
"""Names what is left out with all that is in it."""

_ATTRIBUTES = {
    "*": {"class", "dir", "id", "lang", "style", "title"},
    "col": {"span"},
    "details": {"open"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked", "disabled", "id", "type"},
    "label": {"for"},
    "meter": {"high", "low", "max", "min", "optimum", "value"},
    "ol": {"start"},
    "progress": {"max", "value"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
}
_LOADING = frozenset({"cross-fade", "element", "image", "image-set", "src", "url", "-webkit-image-set", "paint"})
"""Names the functions of CSS that may load something."""

_BLOCKS = frozenset({"container", "keyframes", "layer", "media", "supports"})
"""Names the at-rules that hold rules; `@import`, `@font-face` and the like are left out."""

_EMBEDDED = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]")
_IMAGE = re.compile(r"""<img((?: [\w-]+="[^"]*")*)>""")
_SIGN = re.compile(r"<(?:img|input|meter|progress)\b|>[^<]*[^<\s][^<]*|^[^<]*[^<\s]")
"""Matches what somebody would see of HTML."""


class HarmlessHtml(NamedTuple):
    """Holds HTML and the style sheet that was in it; neither loads or runs anything."""

    html: str
    css: str

    @property
    def has_content(self) -> bool:
        """Tell whether there is anything to see: of a chart that a script draws, nothing is left."""
        return _SIGN.search(self.html) is not None


def make_harmless(html: str) -> HarmlessHtml:
    """Return HTML without scripts, links, forms and all that would be loaded from elsewhere."""
    import nh3  # noqa: PLC0415 - only reports need it

    cleaned = nh3.clean(
        html, tags={*nh3.ALLOWED_TAGS - {"area", "map"}, *_TAGS}, attributes=_ATTRIBUTES, attribute_filter=_filter,
        clean_content_tags=_HIDDEN, url_schemes={"data"}, link_rel=None, strip_comments=True,
    )  # fmt: skip
    return HarmlessHtml(_IMAGE.sub(_mend_image, cleaned), _clean_sheet("\n".join(_sheets(html))))


def _mend_image(found: re.Match[str]) -> str:
    """Leave out an image whose source was elsewhere, and give the others a text for those who cannot see them."""
    if ' src="' not in found[1]:
        return ""
    return found[0] if ' alt="' in found[1] else f'<img alt="picture"{found[1]}>'


def _filter(tag: str, attribute: str, value: str) -> str | None:
    match attribute:
        case "style":
            return _clean_declarations(value)
        case "src":
            return value if _EMBEDDED.match(value) else None
        case "type":
            return "checkbox"  # which opens and closes parts of a drawing without a script
    return value


class _Sheets(HTMLParser):
    """Collects the style sheets of a text in HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._is_inside = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.found.append(data)


def _sheets(html: str) -> list[str]:
    parser = _Sheets()
    parser.feed(html)
    parser.close()
    return parser.found


# css


def _clean_sheet(text: str) -> str:
    import tinycss2  # noqa: PLC0415 - only reports need it

    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    return _as_text(_clean_rules(rules))


def _clean_declarations(text: str) -> str:
    import tinycss2  # noqa: PLC0415

    found = tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True)
    return _as_text(_clean_rules(one for one in found if one.type == "declaration"))


def _as_text(css: str) -> str:
    """Return CSS in which no `<` can end the element that holds it."""
    return css.replace("<", "\\3c ")


def _clean_rules(rules: Iterable[Any]) -> str:
    return "".join(filter(None, map(_clean_rule, rules)))


def _clean_rule(rule: Any) -> str:
    import tinycss2  # noqa: PLC0415

    if rule.type == "declaration":
        important = "!important" if rule.important else ""
        return "" if _loads(rule.value) else f"{rule.name}:{tinycss2.serialize(rule.value)}{important};"
    if rule.type == "qualified-rule":
        inside = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
        return f"{tinycss2.serialize(rule.prelude)}{{{_clean_rules(inside)}}}"
    if rule.type == "at-rule" and rule.lower_at_keyword in _BLOCKS and rule.content is not None:
        inside = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        return f"@{rule.lower_at_keyword}{tinycss2.serialize(rule.prelude)}{{{_clean_rules(inside)}}}"
    return ""


def _loads(tokens: Iterable[Any]) -> bool:
    """Tell whether a value of CSS names something to load; a picture that is in the text itself is not loaded."""
    for token in tokens:
        if token.type == "url" and not _EMBEDDED.match(token.value):
            return True
        if token.type == "function":
            is_embedded = all(one.type == "string" and _EMBEDDED.match(one.value) for one in token.arguments)
            if (token.lower_name in _LOADING and not is_embedded) or _loads(token.arguments):
                return True
        if token.type.endswith("block") and _loads(token.content):
            return True
    return False
