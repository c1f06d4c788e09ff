"""A function with a cache is told to begin anew in each step, where that can be seen."""

from __future__ import annotations

import pytest

from nbflow.flow.checks.rules import check_flow
from tests.flow.reading import graph_of

CALLS = "---\n%%step a\nf(1)\n---\n%%step b\nf(1)\n"


def told(cells: str) -> list[str]:
    return [one.message for one in check_flow(graph_of(cells)) if one.rule == "cache-of-function" and one.warning]


@pytest.mark.parametrize(
    "top",
    [
        "from functools import lru_cache\n@lru_cache(None)\ndef f(n): print(n)\n",
        "from functools import lru_cache as memo\n@memo\ndef f(n): print(n)\n",
        "import functools as ft\n@ft.cache\ndef f(n): print(n)\n",
        "from functools import cache\ncalls = []\n@cache\ndef f(n): calls.append(n)\n",
        "from functools import cache\ndef f(n): print(n)\nf = cache(f)\n",
    ],
)
def test_a_cached_function_that_does_something_else_is_said(top: str) -> None:
    assert told(top + CALLS) == [
        "'f' starts with an empty cache in step 'b': the cache that step 'a' filled no longer exists there"
    ]


@pytest.mark.parametrize("cached", ["lru_cache(f)", "lru_cache(None)(f)", "lru_cache(lambda n: print(n))"])
def test_a_cached_function_that_a_step_makes_is_said(cached: str) -> None:
    made = f"%%step made\nfrom functools import lru_cache\ncalls = []\ndef f(n): calls.append(n)\nf = {cached}\n"
    assert told(made + CALLS) == [
        "'f' starts with an empty cache in step 'a': the cache that step 'made' filled no longer exists there"
    ]


def test_a_step_that_asks_what_is_cached_is_said() -> None:
    top = "from functools import cache\n@cache\ndef f(n): return n\n"
    assert told(f"{top}{CALLS}---\n%%step c\nprint(f.cache_info())") == [
        "'f' starts with an empty cache in step 'c': the cache that step 'a' filled no longer exists there"
    ]


@pytest.mark.parametrize(
    "top",
    [
        "from functools import cache\n@cache\ndef f(n): return n\n",
        "from library import cache\n@cache\ndef f(n): print(n)\n",
        "import functools\ndef f(n): print(n)\n",
        "from functools import cache\ndef f(n): return n\nf = cache(f)\n",
        "from functools import lru_cache\ndef f(n): return lru_cache(n)\n",
    ],
)
def test_a_cache_that_nobody_can_see_is_not_said(top: str) -> None:
    assert told(top + CALLS) == []
