"""Provides a matplotlib backend for workers: `plt.show()` and the end of a task display every open figure as a PNG.

Matplotlib loads it through `MPLBACKEND=module://nbflow.run.output.figures`, its documented way to name a backend.
"""

from __future__ import annotations

import sys
from typing import Any

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from nbflow.run.output.display import display

FigureCanvas = FigureCanvasAgg
FigureManager = FigureManagerBase


def show(*_args: Any, **_kwargs: Any) -> None:
    """Display the open figures and close them, as the inline backend of Jupyter does."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    for number in pyplot.get_fignums():
        display(pyplot.figure(number))
    pyplot.close("all")
