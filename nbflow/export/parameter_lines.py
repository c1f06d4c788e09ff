"""Writes parameters: a script knows fewer types than a notebook, so the others are texts that methods convert."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from nbflow.export.import_lines import Imports
from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.exact_values import is_json
from nbflow.flow.syntax.specs import COLLECTIONS, ParameterSpec, ParameterType

_PLAIN = {
    ParameterType.INT: "int",
    ParameterType.FLOAT: "float",
    ParameterType.BOOL: "bool",
    ParameterType.STR: "str",
}


@dataclass
class Parameters:
    graph: Graph
    imports: Imports

    def declaration(self, parameter: ParameterSpec, spelling: dict[str, str]) -> str:
        """Return one class attribute. `spelling` maps `Parameter` and other imports to their names in the script."""
        kind = "IncludeFile" if parameter.type is ParameterType.FILE else "Parameter"
        facts = [repr(parameter.name), *self._facts(parameter, spelling)]
        if parameter.help:
            facts.append(f"help={parameter.help!r}")
        return f"{parameter.name} = {spelling[kind]}({', '.join(facts)})"

    def needs(self, parameter: ParameterSpec) -> frozenset[str]:
        if parameter.type is ParameterType.FILE:
            return frozenset({"IncludeFile"})
        return frozenset({"Parameter", "JSONType"} if _is_json(parameter) else {"Parameter"})

    def _facts(self, parameter: ParameterSpec, spelling: dict[str, str]) -> Iterator[str]:
        if parameter.type is not ParameterType.FILE:
            yield f"type={spelling['JSONType'] if _is_json(parameter) else _PLAIN.get(parameter.type, 'str')}"
        if parameter.required:
            yield "required=True"
        elif parameter.default is not None:
            yield f"default={_default(parameter)!r}"

    def value(self, parameter: ParameterSpec) -> str:
        """Return an expression for the value that the notebook has."""
        text = f"self.{parameter.name}"
        reading = self._reading(parameter, text)
        maybe = parameter.optional or (not parameter.required and parameter.default is None)
        return f"{reading} if {text} is not None else None" if maybe and reading != text else reading

    def _reading(self, parameter: ParameterSpec, text: str) -> str:
        match parameter.type:
            case ParameterType.DATE:
                return f"{self.imports.name('datetime.date', inside=True)}.fromisoformat({text})"
            case ParameterType.DATETIME:
                return f"{self.imports.name('datetime.datetime', inside=True)}.fromisoformat({text})"
            case ParameterType.PATH:
                return f"{self.imports.name('pathlib.Path', inside=True)}({text})"
            case ParameterType.LIST | ParameterType.DICT:
                return text if _is_json(parameter) else f"{self.imports.name('ast.literal_eval', inside=True)}({text})"
            case ParameterType.TUPLE:
                return f"tuple({self.imports.name('ast.literal_eval', inside=True)}({text}))"
            case ParameterType.INT | ParameterType.FLOAT | ParameterType.BOOL | ParameterType.STR | ParameterType.FILE:
                return text
            case _:
                assert_never(parameter.type)

    def checks(self) -> Iterator[str]:
        """Yield statements for the start step that check choices, which FlowSpec does not know."""
        for parameter in self.graph.flow.parameters:
            if parameter.choices:
                listed = ", ".join(str(choice) for choice in parameter.choices)
                maybe = (*parameter.choices, None) if parameter.optional else parameter.choices
                yield f"if self.{parameter.name} not in {maybe!r}:"
                yield f'    raise ValueError(f"--{parameter.name} is one of {listed}, not {{self.{parameter.name}!r}}")'


def _is_json(parameter: ParameterSpec) -> bool:
    """Tell whether the option of the script takes JSON: type=float would make a float of a whole number."""
    if parameter.type is ParameterType.FLOAT:
        return isinstance(parameter.default, int)
    return parameter.type in COLLECTIONS and is_json(parameter.default)


def _default(parameter: ParameterSpec) -> object:
    if _is_json(parameter):
        return json.dumps(parameter.default, ensure_ascii=False)
    if parameter.type in (*_PLAIN, ParameterType.FILE):
        return parameter.default
    if parameter.type in COLLECTIONS:
        return repr(parameter.default)
    iso = getattr(parameter.default, "isoformat", None)
    return iso() if iso else str(parameter.default)
