"""What a kernel and a server would tell, written down."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbflow.jupyter.protocol.messages import PROTOCOL

NOW = 1_796_000_000.0
"""In the pages of these tests it is always that time, unless a test lets it go on."""

Json = Any
"""As it comes over the wire."""


def picture(width: int = 120, height: int = 60) -> str:
    """A small PNG with a gradient, in base64."""
    rows = b"".join(b"\0" + bytes(b for x in range(width) for b in (x % 256, 90 + y % 160, 200)) for y in range(height))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    png = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + png).decode()


# the flow


def step(name: str, number: int, reads: Mapping[str, Sequence[str]] | None = None, **facts: Json) -> Json:
    """`reads` are the steps above with the names that come from each."""
    upstream = [
        {"step": above, "names": list(names), "joins": facts.get("mark", "") == f"join {above}"}
        for above, names in (reads or {}).items()
    ]
    return {
        "name": name,
        "cell": f"cell-{name}",
        "number": number,
        "mark": "",
        "upstream": upstream,
        "scope": [],
        "rank": 0,
        "reads": [name for names in (reads or {}).values() for name in names],
        "writes": [],
        "parameters": [],
        **facts,
    }


def shape(steps: Iterable[Json], version: str = "v1", name: str = "movie_recommender") -> Json:
    return {"flow": name, "document": f"{name}.ipynb", "version": version, "steps": list(steps)}


def line(name: str, status: str, **facts: Json) -> Json:
    return {
        "step": name,
        "status": status,
        "total": 1,
        "running": 0,
        "done": 0,
        "reused": 0,
        "skipped": 0,
        "failed": 0,
        "seconds": 0.0,
        "began": None,
        "run": None,
        "reasons": [],
        "outdated": False,
        **facts,
    }


def run_line(
    number: int, status: str = "succeeded", age: float = 7200, took: float | None = 41.3, **facts: Json
) -> Json:
    started = NOW - age
    return {
        "number": number,
        "kind": "run",
        "status": status,
        "started": started,
        "finished": None if took is None else started + took,
        "parameters": None,
        "tags": [],
        "origin": None,
        "user": "ada",
        "total": 18,
        "done": 18,
        "reused": 0,
        "failed": 0,
        "note": "",
        "pinned": False,
        **facts,
    }


def state(steps: Iterable[Json], lines: Iterable[Json] = (), **facts: Json) -> Json:
    return {
        "protocol": PROTOCOL,
        "shape": shape(steps),
        "lines": list(lines),
        "parameters": [],
        "problems": [],
        "run": None,
        "newest": None,
        "store": "/home/ada/films/.nbflow",
        **facts,
    }


def snapshot(run: Json, lines: Iterable[Json], drawn: Json | None = None) -> Json:
    return {
        "protocol": PROTOCOL,
        "path": "movie_recommender.ipynb",
        "version": "v1",
        "run": run,
        "lines": list(lines),
        "shape": drawn,
    }


def field(name: str, kind: str, default: str = "", **facts: Json) -> Json:
    return {
        "name": name,
        "type": kind,
        "default": default,
        "value": default,
        "help": "",
        "required": False,
        "choices": [],
        **facts,
    }


# tasks


def task_line(run: int, number: int, name: str, status: str = "done", **facts: Json) -> Json:
    return {
        "run": run,
        "number": number,
        "step": name,
        "label": name,
        "item": "",
        "status": status,
        "started": None,
        "finished": None,
        "seconds": None,
        "memory": None,
        "reason": "",
        **facts,
    }


def artifact(name: str, kind: str, text: str = "", **facts: Json) -> Json:
    return {
        "name": name,
        "type": kind,
        "text": text,
        "shape": None,
        "dtype": None,
        "size": 64,
        "columns": [],
        "head": "",
        "image": "",
        "lost": [],
        "source": "",
        **facts,
    }


def task_state(task: Json, run: Json, **facts: Json) -> Json:
    return {
        "task": task,
        "run": run,
        "artifacts": [],
        "inputs": [],
        "outputs": [],
        "failure": None,
        "key": "b3d91c04aa7e5f6210cc",
        "attempt": 1,
        "source": "",
        "why": [],
        "restorable": task["status"] in ("done", "reused"),
        "signer": None,
        **facts,
    }


def stream(text: str, name: str = "stdout") -> Json:
    return {"output_type": "stream", "name": name, "text": text}


def many_tasks(number: int, run: int = 7) -> list[Json]:
    began = NOW - 600
    statuses = ["done"] * 37 + ["failed"] + ["done"] * 50 + ["running"]
    return [
        task_line(
            run,
            index,
            "fit",
            statuses[index % len(statuses)],
            label=f"fit[{index}]",
            item=f"seed={index}",
            started=began + index * 0.01,
            finished=began + index * 0.01 + 2,
            seconds=1 + index % 17 / 10,
        )
        for index in range(number)
    ]


def wide_steps(number: int) -> list[Json]:
    """Each step reads one or two of the few before it."""
    steps = []
    for index in range(number):
        above = sorted({max(0, index - 1 - index % 5), max(0, index - 1 - index * 7 % 11)} - {index})
        steps.append(step(f"step_{index}", index + 1, {f"step_{one}": ["x"] for one in above}))
    return steps
