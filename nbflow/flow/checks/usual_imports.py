"""Knows the usual names of libraries, to propose an import for a name that nothing defines."""

from __future__ import annotations

import sys
from collections.abc import Mapping

_ALIASES: Mapping[str, str] = {
    "alt": "altair",
    "dt": "datetime",
    "gpd": "geopandas",
    "go": "plotly.graph_objects",
    "jnp": "jax.numpy",
    "mpl": "matplotlib",
    "nn": "torch.nn",
    "np": "numpy",
    "nx": "networkx",
    "pd": "pandas",
    "pl": "polars",
    "plt": "matplotlib.pyplot",
    "px": "plotly.express",
    "sm": "statsmodels.api",
    "smf": "statsmodels.formula.api",
    "sns": "seaborn",
    "sp": "scipy",
    "st": "scipy.stats",
    "tf": "tensorflow",
    "xr": "xarray",
}
_LIBRARIES = frozenset({"numpy", "pandas", "scipy", "sklearn", "matplotlib", "torch", "tqdm", "plotly", "requests"})


def usual_import(name: str) -> str:
    """Return the usual import statement for a name such as `np`, or "" for any other name."""
    if module := _ALIASES.get(name):
        return f"import {module} as {name}"
    is_module = name in _LIBRARIES or (name in sys.stdlib_module_names and not name.startswith("_"))
    return f"import {name}" if is_module else ""
