# %% tqdm
from tqdm import tqdm

for _ in tqdm(range(3), ncols=60, bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt}"):
    pass
# %% tqdm_stdout
import sys

from tqdm import trange

for n in trange(2, file=sys.stdout, ncols=60, bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt}", desc="bar"):
    print("line", n)
# %% tqdm_auto
from tqdm.auto import tqdm

for _ in tqdm(range(3), desc="auto"):
    pass
# %% tqdm_notebook
from tqdm.notebook import tqdm

for _ in tqdm(range(3)):
    pass
print("done")
# %% tqdm_left
from tqdm.notebook import tqdm

for _ in tqdm(range(3), leave=False):
    pass
# %% slider
import ipywidgets

ipywidgets.IntSlider(value=3, description="n")
# %% box
import ipywidgets

box = ipywidgets.VBox([ipywidgets.Label("a"), ipywidgets.Text("b")])
display(box)
box.children[1].value = "changed"
del box
# %% output_widget
import ipywidgets

out = ipywidgets.Output()
display(out)
with out:
    print("inside")
    display("shown inside")
print("outside")
del out
# %% interact
import ipywidgets

ipywidgets.interact(lambda n: print("n is", n), n=(0, 10));
# %% html_widget
import ipywidgets

ipywidgets.HTML("<b>x</b>")
# %% progress_widget
import ipywidgets

bar = ipywidgets.IntProgress(max=3)
display(bar)
for n in range(4):
    bar.value = n
del bar
# %% rich_progress
from rich.progress import track

for _ in track([1, 2], description="w"):
    pass
# %% warning
import warnings

warnings.warn("careful")
warnings.warn("old", DeprecationWarning)
# %% logging
import logging

logging.warning("logged")
logging.getLogger("own").error("also")
# %% stderr
import sys

print("error", file=sys.stderr)
"value"
# %% traceback
import traceback

try:
    int("x")
except ValueError:
    traceback.print_exc()
print("after")
# %% shown_traceback
try:
    {}["missing"]
except KeyError:
    get_ipython().showtraceback(exception_only=True)
print("after")
# %% child
import subprocess

print(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout)
"end"
# %% written
import sys

sys.stdout.write("written\n")
sys.stderr.write("err\n")
None
# %% pprint
import pprint

pprint.pprint({"a": list(range(30)), "b": {"c": "d" * 50}})
# %% help
help(len)
