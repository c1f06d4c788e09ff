"""The files that steps name: what they do to them, and in which order that puts them."""

from __future__ import annotations

import pytest

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.files.file_use import covers, may_be_same
from nbflow.flow.files.pathtexts import UNKNOWN
from tests.flow.reading import graph_of, problems_of

ABOVE = """
import os, glob, shutil, sqlite3, subprocess, json, pickle, joblib, logging
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from pathlib import Path
from PIL import Image
from dataclasses import dataclass
from mylib import export, ingest

DATA = Path("data")
NAMES = ["a.csv", "b.csv"]
CFG = {"paths": {"raw": "raw.txt"}, "all": ["a.txt", "b.txt"]}
PLACES = {"train": "data/train.csv", "test": DATA / "test.csv"}

class Config:
    folder = "conf"

def load(name, ending=".csv"):
    return pd.read_csv(DATA / (name + ending))

class Store:
    def __init__(self, path, folder="."):
        self.path = path
    def save(self, value):
        json.dump(value, open(self.path, "w"))
    def load(self):
        return json.load(open(self.path))

@dataclass
class Table:
    folder: Path = DATA
    name: str = ""
    def load(self):
        return pd.read_csv(self.folder / f"{self.name}.csv")

def cached(path):
    def wrap(function):
        def inner(*values):
            pickle.dump(function(*values), open(path, "wb"))
            return pickle.load(open(path, "rb"))
        return inner
    return wrap

@cached("slow.pkl")
def slow(n):
    return n

def save(df, name="x"):
    path = os.path.join(DATA, name + ".out.csv")
    df.to_csv(path)
---
%%parameters
year: int = 2020
---
%%step first
place = "data/first.csv"
df = pd.DataFrame()
---
"""
USES = {
    'pd.read_csv("a.csv")': ["read a.csv"],
    "pd.read_csv(filepath_or_buffer=DATA / 'a')": ["read data/a"],
    'pd.read_csv(f"data/{year}.csv")': ["read data/<year>.csv"],
    "pd.read_csv(place)": ["read data/first.csv"],
    "_p = DATA / 'x'\npd.read_csv(_p / 'y.csv')": ["read data/x/y.csv"],
    "for _n in NAMES:\n    pd.read_csv(_n)": ["read a.csv", "read b.csv"],
    "[pd.read_csv(DATA / n) for n in NAMES]": ["read data/a.csv", "read data/b.csv"],
    'pd.read_csv(PLACES["train"])': ["read data/train.csv"],
    "for _k, _p in PLACES.items():\n    pd.read_csv(_p)": ["read data/train.csv", "read data/test.csv"],
    'open(Config.folder + "/x.yaml").read()': ["read conf/x.yaml"],
    'pd.read_csv("%s/%d.csv" % (DATA, 3))': ["read data/3.csv"],
    'pd.read_csv("{}/x.csv".format(DATA))': ["read data/x.csv"],
    'load("u")': ["read data/u.csv"],
    'load("u", ending=".tsv")': ["read data/u.tsv"],
    "list(map(load, names()))": ["read data/?"],
    "save(df)": ["write data/x.out.csv"],
    'open("LICENSE").read()': ["read LICENSE"],
    'with open("out.txt", "w") as f:\n    f.write("hello")': ["write out.txt"],
    'open("log.txt", mode="a").write("x")': ["append log.txt"],
    'open("db.bin", "r+b")': ["update db.bin"],
    '(DATA / "t").read_text()': ["read data/t"],
    '(DATA / "t").write_text("x")': ["write data/t"],
    'with Path("q").open("w") as f: pass': ["write q"],
    'Path("c.pkl").exists()': ["find c.pkl"],
    'df.to_csv("result")': ["write result"],
    'df.to_csv("result.csv", mode="a")': ["append result.csv"],
    'plt.savefig("figure")': ["write figure"],
    'np.save("array", df)': ["write array"],
    'np.load("array.npy")': ["read array.npy"],
    'joblib.dump(df, "m.joblib")': ["write m.joblib"],
    'pickle.dump(df, open("m.pkl", "wb"))': ["write m.pkl"],
    'Image.open("x.png").save("y.png")': ["read x.png", "write y.png"],
    'sqlite3.connect("x.db")': ["update x.db"],
    'shutil.copy("a.csv", "b.csv")': ["read a.csv", "write b.csv"],
    'os.rename("a.csv", "b.csv")': ["update a.csv", "write b.csv"],
    'os.makedirs("out", exist_ok=True)': ["make out"],
    'glob.glob("d/*.csv")': ["list d/*.csv"],
    "for _p in DATA.glob('*.txt'):\n    _p.with_suffix('.md').write_text('1')": ["list data/*.txt", "write data/?.md"],
    "for _p in glob.glob('d/*.txt'):\n    open(_p.replace('.txt', '.md'), 'w')": ["list d/*.txt", "write d/?.md"],
    "[p.read_text() for p in DATA.iterdir()]": ["list data/*", "read data/?"],
    'np.load("array.npy", mmap_mode="r+")': ["update array.npy"],
    "open(CFG['paths']['raw'])": ["read raw.txt"],
    "[open(p) for p in CFG['all']]": ["read a.txt", "read b.txt"],
    'Store("s.json").save(1)': ["write s.json", "read s.json"],
    "Store(DATA / 's.json', folder='x')": ["write data/s.json", "read data/s.json"],
    'Table(name="t").load()': ["read data/t.csv"],
    'Table(DATA / "u", "t")': ["read data/u/t.csv"],
    "slow(3)": ["read slow.pkl", "write slow.pkl"],
    'os.system("sort a.txt > b.txt")': ["touch a.txt", "touch b.txt"],
    "subprocess.run(['python', '-c', \"open('a.txt', 'w')\"])": ["touch a.txt"],
    'sorted(DATA.glob("*.csv"))': ["list data/*.csv"],
    'os.listdir("d")': ["list d/*"],
    'logging.basicConfig(filename="run.log")': ["append run.log"],
    'export(df, "o.parquet")': ["write o.parquet"],
    'ingest("o.parquet")': ["touch o.parquet"],
    "print(sql(\"select * from 'd/x.parquet'\"))": ["read d/x.parquet"],
}
NONE = (
    'print("data.csv")',
    'pd.read_csv("https://example.com/x.csv")',
    'pd.read_csv("s3://bucket/x.csv")',
    'sqlite3.connect(":memory:")',
    "pd.read_json('{\"a\": 1}')",
    'pd.to_datetime("2020/01/01")',
    'df.groupby("a.data").sum()',
    's = "a.csv".replace("a", "b")',
    'df.rename(columns={"a": "b.csv"})',
)


def uses(body: str) -> list[str]:
    linked = graph_of(f"{ABOVE}%%step s\n{body}").links["s"]
    shown = [(use.access, use.path.replace(UNKNOWN, "?").replace("\1year\1", "<year>")) for use in linked.files]
    return [f"{access} {path}" for access, path in shown if path != "?"]


@pytest.mark.parametrize(("body", "expected"), USES.items(), ids=USES)
def test_the_files_of_a_step_are_found_in_its_text(body: str, expected: list[str]) -> None:
    assert sorted(uses(body)) == sorted(expected)


@pytest.mark.parametrize("value", ["load(df)", "load('a', df)", "chosen()"])
def test_a_name_made_of_itself_by_a_function_is_read_to_an_end(value: str) -> None:
    body = f"df = load('a')\ndef chosen(name=df):\n    return name\ndf = {value}\ndf.to_csv('out.csv')"
    assert "write out.csv" in uses(body)


@pytest.mark.parametrize("name", ["cls", "statements", "outer", "self"])
def test_the_arguments_of_a_function_may_have_any_name(name: str) -> None:
    assert uses(f"def store({name}, df):\n    df.to_csv({name})\nstore('out.csv', 1)") == ["write out.csv"]


@pytest.mark.parametrize("body", NONE)
def test_what_is_no_file_of_this_machine_is_left_out(body: str) -> None:
    assert uses(body) == []


MODULES = {
    'importlib.import_module("a")': ["a"],
    "__import__(PLUGIN)": ["b"],
    "load(PLUGIN)": ["pack.b"],
    "[load(n) for n in ('c', 'd')]": ["pack.c", "pack.d"],
    "importlib.import_module(f'm{year}')": ["m<year>"],
    "importlib.import_module(df)": ["?"],
    "used.run()": ["e"],
}


@pytest.mark.parametrize(("body", "expected"), MODULES.items(), ids=MODULES)
def test_the_modules_that_are_imported_by_a_text_are_found(body: str, expected: list[str]) -> None:
    above = "import importlib\nPLUGIN = 'b'\nNAMES = ['e']\nused = importlib.import_module(NAMES[0])\n"
    above += "def load(name): return importlib.import_module('pack.' + name)\n---\n"
    graph = graph_of(f"{above}%%parameters\nyear: int = 1\n---\n%%step first\ndf = object()\n---\n%%step s\n{body}")
    paths = (use.path.replace("\1year\1", "<year>") for use in graph.links["s"].modules)
    assert [path.replace(UNKNOWN, "?") for path in paths] == expected
    assert graph.links["s"].files == ()
    assert [problem.rule for problem in check_flow(graph)] == ["module-by-name"] * (expected == ["?"])


ORDERS = [
    ('df.to_csv("x.csv")', 'pd.read_csv("x.csv")'),
    ('df.to_csv(f"out/{name()}.csv")', 'pd.read_csv("out/a.csv")'),
    ('df.to_csv("out/a.csv")', 'glob.glob("out/*.csv")'),
    ('df.to_csv(f"{year}.csv")', 'pd.read_csv("2020.csv")'),
    ('df.to_parquet("out")', 'pd.read_parquet("out/part.parquet")'),
    ('np.save("array", df)', 'np.load("array.npy")'),
    ('pd.read_csv("x.csv")', 'df.to_csv("x.csv")'),
    ('df.to_csv("x.csv")', 'df.to_csv("x.csv", index=False)'),
    ('open("log.txt", "a").write("1")', 'open("log.txt", "a").write("2")'),
    ('os.makedirs("out", exist_ok=True)', 'df.to_csv("out/x.csv")'),
    ('sqlite3.connect("x.db")', 'sqlite3.connect("x.db")'),
    ('export(df, "x.parquet")', 'ingest("x.parquet")'),
    ("save(df)", 'load("x", ".out.csv")'),
    ('np.save(f"out/{name()}", df)', 'shutil.make_archive("a", "zip", "out")'),
    ('df.to_csv("out/x.csv")', 'train_on("out")'),
    ('Path("out").mkdir()', 'train_on("out")'),
    ('df.to_csv("./data/../x.csv")', 'open("x.csv")'),
]
NO_ORDERS = [
    ('pd.read_csv("x.csv")', 'pd.read_csv("x.csv")'),
    ('df.to_csv("x.csv")', 'pd.read_csv("y.csv")'),
    ('plt.savefig("out/a.png")', 'plt.savefig("out/b.png")'),
    ('os.makedirs("out")', 'os.makedirs("out")'),
    ('df.to_csv(f"out/{name()}.csv")', 'plt.savefig(f"out/{name()}.png")'),
    ("df.to_csv(name())", 'pd.read_csv("x.csv")'),
    ('df.to_csv("out/x.csv")', 'print("out")'),
    ('df.to_csv("out/x.csv")', 'df.groupby("group")'),
]


@pytest.mark.parametrize(("above", "below"), ORDERS)
def test_what_one_step_does_to_a_file_and_another_too_keeps_its_order(above: str, below: str) -> None:
    graph = graph_of(f"{ABOVE}%%step one\n{above}\n---\n%%step two\n{below}")
    assert "one" in graph.links["two"].upstream


@pytest.mark.parametrize(("above", "below"), NO_ORDERS)
def test_steps_that_do_not_disturb_each_other_stay_parallel(above: str, below: str) -> None:
    graph = graph_of(f"{ABOVE}%%step one\n{above}\n---\n%%step two\n{below}")
    assert "one" not in graph.links["two"].upstream


def test_an_order_that_others_give_anyway_is_no_edge() -> None:
    steps = [f'%%step s{i}\nopen("log.txt", "a").write("{i}")' for i in range(3)]
    assert graph_of("\n---\n".join(steps)).links["s2"].upstream == ("s1",)


def test_patterns_meet_where_some_path_is_of_both() -> None:
    assert may_be_same("out/\0.csv", "\0/a.csv")
    assert not may_be_same("out/\0.csv", "in/\0.csv")
    assert may_be_same("/home/me/data/x.csv", "data/x.csv")
    assert covers("out", "out/deep/x.csv")
    assert covers("array", "array.npy")
    assert not covers("out/\0.csv", "in/x.csv")


def test_a_file_that_is_read_and_then_written_anew_is_warned_of() -> None:
    cells = '%%step load\nt = open("x.csv").read()\n---\n%%step save\n\nopen("x.csv", "w").write(t)'
    assert problems_of(cells) == [
        "nb.ipynb · cell 2, line 3: step 'save' writes x.csv, which step 'load' above it reads. "
        "Write to another file: the next run would read the file that this run wrote"
    ]
    assert problems_of(cells.replace('open("x.csv").read()', "1")) == []


def test_a_file_that_all_items_of_a_foreach_write_is_warned_of() -> None:
    cells = '%%step each --foreach n in ["a", "b"]\nopen("x.csv", "w").write(n)'
    (problem,) = problems_of(cells)
    assert "every task of step 'each' writes x.csv, and they run in parallel" in problem
    assert problems_of(cells.replace('"x.csv"', 'f"{n}.csv"')) == []
    assert problems_of(cells.replace('"x.csv"', 'f"{n.upper()}.csv"')) == []
