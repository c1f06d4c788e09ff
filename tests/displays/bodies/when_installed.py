# %% sympy
import sympy

sympy.init_printing()
x = sympy.Symbol("x")
sympy.Integral(sympy.sqrt(1 / x), x)
# %% polars
import polars as pl

pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
# %% bokeh
from bokeh.io import output_notebook, show
from bokeh.plotting import figure

output_notebook()
p = figure(width=100, height=100)
p.line([1, 2], [3, 4])
show(p)
# %% seaborn
import pandas as pd
import seaborn as sns

sns.lineplot(pd.DataFrame({"x": [1, 2], "y": [1, 2]}), x="x", y="y")
# %% seaborn_grid
import pandas as pd
import seaborn as sns

sns.pairplot(pd.DataFrame({"x": [1, 2, 3], "y": [1, 2, 4]}))
