# %% html
from IPython.display import HTML

HTML("<b>bold</b>")
# %% html_metadata
from IPython.display import HTML, display

display(HTML("<i>x</i>"), metadata={"text/html": {"isolated": True}})
# %% markdown
from IPython.display import Markdown, display

display(Markdown("**bold** $x^2$"))
# %% latex
from IPython.display import Latex, Math

display(Math(r"\frac{1}{2}"))
Latex(r"$\alpha$")
# %% svg
from IPython.display import SVG

SVG('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="5" height="5"/></svg>')
# %% json
from IPython.display import JSON

JSON({"a": [1, 2, {"b": None}]}, expanded=True, root="top")
# %% geojson
from IPython.display import GeoJSON

GeoJSON({"type": "Point", "coordinates": [1, 2]})
# %% javascript
from IPython.display import Javascript

Javascript("console.log(1)", lib="https://example.org/x.js")
# %% image
import base64

from IPython.display import Image

Image(data=base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="), width=20)
# %% image_url
from IPython.display import Image

Image(url="https://example.org/x.png", width=100, alt="x")
# %% audio
import numpy as np
from IPython.display import Audio

Audio(np.sin(np.linspace(0, 100, 500)), rate=8000)
# %% video
from IPython.display import Video

Video("https://example.org/x.mp4", width=200)
# %% iframe
from IPython.display import IFrame

IFrame("https://example.org", 300, 200)
# %% youtube
from IPython.display import YouTubeVideo

YouTubeVideo("abc", width=300)
# %% code
from IPython.display import Code

Code("def f(x):\n    return x", language="python")
# %% pretty
from IPython.display import Pretty, display

display(Pretty("plain text"))
# %% progress
from IPython.display import ProgressBar

for _ in ProgressBar(3):
    pass
# %% progress_value
from IPython.display import ProgressBar

ProgressBar(10)
# %% file_link
import pathlib

from IPython.display import FileLink

pathlib.Path("linked.txt").write_text("x")
FileLink("linked.txt")
# %% missing_file_link
from IPython.display import FileLink

FileLink("missing.txt")
# %% scribe
from IPython.display import VimeoVideo

VimeoVideo("123")
# %% raw_bundle
display({"text/plain": "plain", "text/html": "<b>rich</b>", "application/x-own+json": {"a": [1]}}, raw=True, metadata={"text/html": {"own": 1}})
# %% publish
from IPython.display import publish_display_data

publish_display_data({"text/plain": "published", "image/svg+xml": "<svg/>"}, metadata={"image/svg+xml": {"width": 3}})
# %% helpers
from IPython.display import (
    display_html,
    display_javascript,
    display_latex,
    display_markdown,
    display_pretty,
    display_svg,
)

display_html("<p>raw</p>", raw=True)
display_markdown("*x*", raw=True)
display_latex("$x$", raw=True)
display_svg("<svg/>", raw=True)
display_javascript("1", raw=True)
display_pretty([1, 2])
# %% display_id
handle = display("before", display_id="own")
print("between")
handle.update("after")
handle.display("again")
del handle
# %% display_id_generated
handle = display([1], display_id=True)
for n in range(3):
    handle.update([n])
del handle
# %% update_display
from IPython.display import HTML, update_display

display(HTML("one"), display_id="two")
display("x")
update_display(HTML("two"), display_id="two", metadata={"m": 1})
# %% same_id
display("first", display_id="same")
display("second", display_id="same")
# %% clear
from IPython.display import clear_output

print("gone")
display("gone too")
clear_output()
print("stays")
# %% clear_wait
from IPython.display import clear_output

for n in range(3):
    print("turn", n)
    clear_output(wait=True)
print("last")
"value"
# %% clear_wait_without_more
from IPython.display import clear_output

print("stays")
clear_output(wait=True)
# %% clear_then_update
from IPython.display import clear_output

handle = display("x", display_id=True)
clear_output()
handle.update("y")
print("end")
del handle
# %% include
class Many:
    def __repr__(self):
        return "many"
    def _repr_html_(self):
        return "<b>many</b>"
    def _repr_markdown_(self):
        return "**many**", {"own": True}
    def _repr_latex_(self):
        return "$m$"
    def _repr_json_(self):
        return {"many": 1}, {"expanded": True}
    def _repr_png_(self):
        return b"\x89PNG"

display(Many())
display(Many(), include=["text/plain", "text/html"])
display(Many(), exclude=["text/html", "image/png"])
Many()
# %% mimebundle
class Bundle:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": "own", "application/vnd.own+json": {"x": 1}}, {"application/vnd.own+json": {"y": 2}}

    def _repr_html_(self):
        return "<b>html</b>"

Bundle()
# %% shows_itself
class Own:
    def _ipython_display_(self):
        print("printed")
        display("shown")

display(Own())
[Own()] and None
Own()
# %% pretty_method
class Tree:
    def __init__(self, *parts):
        self.parts = parts
    def _repr_pretty_(self, p, cycle):
        with p.group(4, "Tree(", ")"):
            for one in self.parts:
                p.pretty(one)
                p.text(",")
                p.breakable()

display([Tree(1, Tree("a" * 40, "b" * 40))])
Tree(Tree(), 2)
# %% broken_html
class Odd:
    def __repr__(self):
        return "odd"
    def _repr_html_(self):
        raise ValueError("html is broken")

print("before")
Odd()
# %% not_implemented
class Shy:
    def __repr__(self):
        return "shy"
    def _repr_html_(self):
        return None
    def _repr_png_(self):
        raise NotImplementedError

Shy()
# %% shell_asked
shell = get_ipython()
print(type(shell).__name__, type(shell).__module__, hasattr(shell, "kernel"), "IPKernelApp" in shell.config, __IPYTHON__)
del shell
# %% captured
from IPython.utils.capture import capture_output

with capture_output() as caught:
    print("inside")
    display("shown inside")
print(repr(caught.stdout), len(caught.outputs))
caught.outputs[0].display()
del caught
# %% formatter
class Own:
    pass

get_ipython().display_formatter.formatters["text/html"].for_type(Own, lambda one: "<b>own</b>")
get_ipython().display_formatter.formatters["text/plain"].for_type(Own, lambda one, p, cycle: p.text("Own!"))
Own()
