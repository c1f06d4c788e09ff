"""Writes a folder in which all code leaves its name in the file `ran`, if anybody runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.flows import notebook_of

LIBRARIES = (
    *(
        "yaml",
        "click",
        "nbformat",
        "jupytext",
        "rich",
        "graphviz",
        "numpy",
        "pandas",
        "blake3",
        "cloudpickle",
        "IPython",
    ),
    *("jupyter_core", "jupyter_server", "tornado", "ipykernel", "comm", "json", "ast", "sqlite3", "html", "textwrap"),
    *("sitecustomize", "usercustomize", "conftest", "setup", "ipython_config", "jupyter_config", "jupytext_config"),
    *(".jupytext", "helper", "watched", "platform", "difflib", "pprint", "socket", "typing_extensions", "matplotlib"),
)
SETTINGS = {
    "pyproject.toml": '[tool.jupytext]\nformats = "ipynb,py:percent"\n[tool.ruff]\nextend = "RAN"\n',
    "ruff.toml": 'extend = "RAN"\n',
    "jupytext.toml": 'formats = "ipynb,py:percent"\nnotebook_metadata_filter = "all"\n',
    ".env": "PYTHONSTARTUP=helper.py\n",
    "trap.pth": "import helper\n",
    "nbflow.toml": "x = 1\n",
    "matplotlibrc": "backend: module://helper\n",
}


def trap(folder: Path, where: str, value: str = "1") -> str:
    """Return an expression that leaves a word in `ran`."""
    return f"(open({str(folder / 'ran')!r}, 'a').write({where + ';'!r}), {value})[1]"


def cells(folder: Path) -> list[str]:
    """Return the cells of a flow; each kind of place that Python can run holds a trap."""

    def t(where: str, value: str = "1") -> str:
        return trap(folder, where, value)

    return [
        f"from helper import *\nimport yaml, click, watched\nfrom package.inner import *\nconstant = {t('constant')}",
        f"%%parameters\nlevel: int = 1\ntext: {t('annotation of a parameter', 'int')} = 2",
        f"class Meta(type):\n    def __new__(*given): {t('metaclass')}; return type.__new__(*given)\n"
        f"class Kind(metaclass=Meta):\n    field: {t('annotation of a field', 'int')} = {t('field')}",
        f"@{t('decorator', '(lambda f: f)')}\n"
        f"def f(x: {t('annotation', 'int')} = {t('default')}) -> {t('result', 'int')}:"
        f"\n    return f'{{{t('f-string').replace(chr(39), chr(34))}}}'",
        f"%%step load --foreach x in [{t('foreach')}, 2] --watch watched.py --if level == 1\ny = f(x) + constant",
        "%%step join --join load --cache key=helper.key\nz = [one.y for one in inputs]",
        f"%%step loop --while {t('while')}\nz = z",
        "%run helper.py",
        f"%%time\n{t('time')}",
        f"!touch {folder / 'ran'}",
        f"!!touch {folder / 'ran'}\n%sx touch {folder / 'ran'}\n%env X={{{t('env')}}}\n%cd {{{t('cd')}}}",
        f"%%bash\ntouch {folder / 'ran'}",
        f"%%step shown\n{t('body')}\nw = {t('body')}",
    ]


def text_notebook(folder: Path) -> str:
    """Return a text notebook; its header has tags with which YAML can call Python."""
    call = f'!!python/object/apply:os.system ["touch {folder / "ran"}"]'
    header = (
        f"# ---\n# jupyter:\n#   evil: {call}\n#   jupytext: {call}\n#   kernelspec:\n#     name: {call}\n# ---\n\n"
    )
    parts = (f"# %%{' ' * ('%%' not in one[:2])}\n" + one.replace("%%", "# %%", 1) for one in cells(folder)[:7])
    return header + "\n\n".join(parts) + "\n"


def script(folder: Path) -> str:
    """Return a FlowSpec script with traps."""
    return (
        "from metaflow import FlowSpec, Parameter, step\nfrom helper import *\nimport yaml\n"
        f"top = {trap(folder, 'top of a script')}\n"
        "class F(FlowSpec):\n"
        "    level = Parameter('level', default=1)\n"
        f"    @step\n    def start(self) -> {trap(folder, 'result of a step')}:\n        self.x = 1\n"
        "        self.next(self.end)\n"
        "    @step\n    def end(self):\n        print(self.x)\n"
    )


def lay_traps(folder: Path) -> Path:
    """Write all of it into a folder, and return the file `ran`, which does not exist yet."""
    for name in LIBRARIES:
        (folder / f"{name}.py").write_text(f"key = {trap(folder, f'module {name}')}\n")
    (folder / "package" / "inner").mkdir(parents=True)
    for place in ("package", "package/inner"):
        (folder / place / "__init__.py").write_text(f"x = {trap(folder, place)}\n")
    for name, text in SETTINGS.items():
        (folder / name).write_text(text.replace("RAN", str(folder / "helper.py")))
    (folder / "flow.ipynb").write_text(notebook_of(cells(folder)))
    (folder / "plain.ipynb").write_text(notebook_of([one.replace("%%step", "#") for one in cells(folder)]))
    valid = ["from helper import *", *cells(folder)[2:4], *(one.partition(" --watch")[0] for one in cells(folder)[4:5])]
    (folder / "valid.ipynb").write_text(
        notebook_of([*valid[:3], f"{valid[3]}\ny = f(x)", "%%step join --join load\nz = 1"])
    )
    (folder / "header.py").write_text(text_notebook(folder))
    (folder / "text.py").write_text(text_notebook(folder).partition("# ---\n\n")[2])
    decorated = f"@{trap(folder, 'class decorator', '(lambda c: c)')}\nclass F("
    (folder / "script.py").write_text(script(folder))
    (folder / "decorated.py").write_text(script(folder).replace("default=1", f"default={trap(folder, 'default')}"))
    (folder / "refused.py").write_text(script(folder).replace("class F(", decorated))
    book = json.loads((folder / "flow.ipynb").read_text())
    book["metadata"] = {"jupytext": {"formats": "ipynb,py:percent"}, "kernelspec": {"name": "evil", "argv": ["touch"]}}
    (folder / "paired.ipynb").write_text(json.dumps(book))
    return folder / "ran"
