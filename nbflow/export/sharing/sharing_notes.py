"""Says which steps wait for each other because they may share objects."""

from __future__ import annotations

from nbflow.export.sharing.pairs import Pair


def tell_pair(pair: Pair) -> str:
    if pair.changer == pair.earlier:
        return f"'{pair.later}' waits for '{pair.earlier}', which may change objects that it reaches as '{pair.name}'"
    return (
        f"'{pair.later}' waits for '{pair.earlier}': it may change objects that '{pair.earlier}' has as '{pair.name}'"
    )
