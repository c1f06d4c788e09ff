"""HTML and CSS of outputs: what acts or loads is left out, what is only looked at stays."""

from __future__ import annotations

import re

import pytest

from nbflow.history.report.harmless_html import make_harmless
from nbflow.history.report.rich_content import outputs_html

ELSEWHERE = "http://elsewhere.example/x"


@pytest.mark.parametrize(
    "html",
    [
        "<script>act()</script>",
        "<script src={}></script>",
        "<img src={} onerror=act()>",
        "<img src='data:text/html,<script>act()</script>'>",
        "<img srcset='{} 2x' src={}>",
        "<svg onload=act()><image href={} /><script>act()</script></svg>",
        "<math><mtext><table><mglyph><style><img src={} onerror=act()></style></mglyph></table></mtext></math>",
        "<iframe src={}></iframe><object data={}></object><embed src={}>",
        "<iframe srcdoc='<script>act()</script>'></iframe>",
        "<a href={}>x</a><a href='javascript:act()'>x</a><area href={}>",
        "<form action={}><button formaction={}>x</button><input type=image src={} onfocus=act() autofocus></form>",
        "<link rel=stylesheet href={}><meta http-equiv=refresh content='0;url={}'><base href={}>",
        "<video src={} poster={}></video><audio src={}></audio><track src={}>",
        "<body background={} onload=act()>x</body>",
        "<table background={}><td background={}>x</td></table>",
        "<p style='background:url({})'>x</p>",
        "<p style='background:URL( \"{}\" )'>x</p>",
        "<p style='background:\\75 rl({})'>x</p>",
        "<p style='background:image-set(\"{}\" 1x)'>x</p>",
        "<p style='--x:url({});background:var(--x)'>x</p>",
        "<style>@import '{}';</style>",
        "<style>@import url({});</style>",
        "<style>@font-face{{font-family:f;src:url({})}}</style>",
        "<style>b{{background:url({})}}</style>",
        "<style>b{{color:red;& i{{background:url({})}}}}</style>",
        "<style>@media all{{b{{background:-webkit-image-set(url({}) 1x)}}}}</style>",
        "<style>b{{content:'</style><script>act()</script>'}}</style>",
        "<style>b{{background:url({}</style>",
        "<style><!-- b{{background:url({})}} --></style>",
        "<template><img src={}></template><noscript><img src={}></noscript>",
        "<template shadowrootmode=open><script>act()</script></template>",
    ],
)
def test_nothing_acts_and_nothing_is_loaded(html: str) -> None:
    found = make_harmless(html.replace("{}", ELSEWHERE).replace("{{", "{").replace("}}", "}"))
    assert "elsewhere" not in found.html + found.css
    assert not re.search(r"<script|\son\w+=|javascript:|srcdoc|<iframe|<form|href=", found.html.replace("&lt;", ""))
    assert "<" not in found.css


KEPT = (
    '<table id="T_a" class="dataframe">', 'colspan="2"', 'style="color: blue;"', "1 &lt; 2",
    '<img alt="picture" src="data:image/png;base64,AA">', "<details open", "<summary>more</summary>", 'type="checkbox"',
    '<label for="c">',
)  # fmt: skip


def test_what_is_only_looked_at_stays() -> None:
    html = (
        '<style>#T_a td{color:red;background:url("data:image/png;base64,AA")}\n'
        "@media (width > 1px){b > i{margin:0}}</style>"
        '<table id="T_a" class="dataframe"><tr><td colspan="2" style="color: blue">1 &lt; 2</td></tr></table>'
        '<img src="data:image/png;base64,AA"><details open><summary>more</summary>x</details>'
        '<input type="checkbox" id="c"><label for="c">fold</label>'
    )
    found = make_harmless(html)
    assert found.css == (
        '#T_a td{color:red;background:url("data:image/png;base64,AA");}@media (width > 1px){b > i{margin:0;}}'
    )
    for kept in KEPT:
        assert kept in found.html
    assert found.has_content


@pytest.mark.parametrize("html", ["<script>chart()</script><div id='chart'></div>", "<img src=http://a/b.png>", " "])
def test_html_of_which_nothing_is_left_is_known(html: str) -> None:
    assert not make_harmless(html).has_content


def shown(**data: object) -> str:
    (html,) = outputs_html([{"output_type": "display_data", "data": {**data}, "metadata": {}}], "step")
    return html


def test_the_richest_form_that_needs_no_script_is_shown() -> None:
    png = "iVBORw0KGgo="
    assert "<b>rich</b>" in shown(**{"text/html": "<b>rich</b>", "image/png": png, "text/plain": "plain"})
    chart = "<div id=c></div><script>draw()</script>"
    assert f'<img class="figure" alt="step" src="data:image/png;base64,{png}"' in shown(
        **{"text/html": chart, "image/png": f"{png}\n", "text/plain": "plain"}
    )
    assert "<pre>plain</pre>" in shown(**{"text/html": chart, "text/plain": "plain"})
    assert "needs a script" in shown(**{"text/html": chart, "text/plain": "plain"})
    assert "needs a script" in shown(**{"application/vnd.plotly.v1+json": {}})
    assert "<h1>Title</h1>" in shown(**{"text/markdown": "# Title\n<script>act()</script>", "text/plain": "x"})
    assert "<pre>x²</pre>" in shown(**{"text/latex": "$x^2$", "text/plain": "x²"})
    assert "<pre>$x^2$</pre>" in shown(**{"text/latex": "$x^2$", "text/plain": "<Latex object>"})


def test_an_svg_picture_is_an_image_in_which_nothing_runs() -> None:
    html = shown(**{"image/svg+xml": "<svg onload='act()'><script>act()</script></svg>"})
    assert html.startswith('<img class="figure" alt="step" src="data:image/svg+xml;base64,')
    assert "script" not in html


def test_a_chart_is_drawn_from_its_own_data_alone() -> None:
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": [{"a": 1}]},
        "mark": "point",
        "encoding": {"x": {"field": "a"}},
    }
    assert "data:image/svg+xml" in shown(**{"application/vnd.vegalite.v5+json": spec, "text/plain": "chart"})
    far = {**spec, "data": {"url": "http://127.0.0.1:9/x.csv"}}
    html = shown(**{"application/vnd.vegalite.v5+json": far, "text/plain": "chart"})
    assert "<pre>chart</pre>" in html
    assert "needs a script" in html


def test_commands_of_a_terminal_are_left_out_and_colours_stay() -> None:
    text = "\x1b[31mred <b>\x1b[0m \x1b]8;;javascript:act()\x07link\x1b]8;;\x07\x1b[2J"
    (html,) = outputs_html([{"output_type": "stream", "name": "stdout", "text": text}], "step")
    assert html == '<pre class="stream stdout"><span class="ansi-red-fg">red &lt;b&gt;</span> link[2J</pre>'
