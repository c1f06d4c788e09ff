# %% frame
import pandas as pd

pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"], "c": [0.1, 1 / 3, 1e10]})
# %% long_frame
import numpy as np
import pandas as pd

pd.DataFrame({"n": np.arange(100), "square": np.arange(100) ** 2})
# %% wide_frame
import numpy as np
import pandas as pd

pd.DataFrame(np.arange(60 * 3).reshape(3, 60), columns=[f"column {n}" for n in range(60)])
# %% printed_wide_frame
import numpy as np
import pandas as pd

print(pd.DataFrame(np.arange(60 * 3).reshape(3, 60), columns=[f"column {n}" for n in range(60)]))
# %% printed_long_text
import pandas as pd

print(pd.DataFrame({"text": ["word " * 40, "short"], "n": [1, 2]}))
# %% series
import pandas as pd

pd.Series([1.5, 2.5], index=["a", "b"], name="s")
# %% long_series
import pandas as pd

print(pd.Series(range(200)))
pd.Series(range(200)) / 7
# %% groupby
import pandas as pd

pd.DataFrame({"g": list("aabb"), "x": [1, 2, 3, 4]}).groupby("g").agg(["mean", "std"])
# %% multiindex
import pandas as pd

pd.DataFrame({"v": range(4)}, index=pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["l", "n"]))
# %% dates
import pandas as pd

pd.date_range("2024-01-01", periods=100, freq="D")
# %% categories
import pandas as pd

pd.Series(["a", "b", "a"], dtype="category")
# %% styled
import pandas as pd

pd.DataFrame({"a": [1, 2]}).style.set_uuid("fixed").highlight_max()
# %% describe_info
import pandas as pd

frame = pd.DataFrame({"a": [1, 2, 3], "b": list("xyz")})
frame.info()
display(frame.describe())
frame.dtypes
# %% options
import pandas as pd

print(pd.get_option("display.max_columns"), pd.get_option("display.width"), pd.get_option("display.max_rows"), pd.get_option("display.notebook_repr_html"))
with pd.option_context("display.max_columns", 4, "display.precision", 2):
    display(pd.DataFrame([[1 / 3] * 10] * 2))
# %% empty_frame
import pandas as pd

display(pd.DataFrame(), pd.DataFrame(columns=["a"]))
pd.Series([], dtype=float)
# %% interval
import pandas as pd

pd.cut(pd.Series([1, 5, 9]), 3)
# %% timestamps
import pandas as pd

display(pd.Timestamp("2024-01-01"), pd.Timedelta("1h"), pd.NA, pd.NaT)
pd.Period("2024-01")
# %% estimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

make_pipeline(StandardScaler(), LogisticRegression(C=0.5))
# %% fitted_estimator
from sklearn.linear_model import LinearRegression

LinearRegression().fit([[1], [2]], [1, 2])
# %% terminal_width
import os
import shutil

print(shutil.get_terminal_size(), os.environ.get("TERM"), os.environ.get("MPLBACKEND"))
# %% rich_table
from rich.console import Console
from rich.table import Table

table = Table(title="T")
table.add_column("a")
table.add_row("1")
Console().print(table)
print(Console().width, Console().is_jupyter)
# %% rich_print
import rich

rich.print("[bold]bold[/bold]", {"a": [1, 2]})
# %% rich_value
from rich.text import Text

Text("hello", style="red")
# %% rich_traceback
import sys
from rich.console import Console
try:
    1 / 0
except ZeroDivisionError:
    Console(file=sys.stdout, width=80, force_jupyter=False, color_system=None).print_exception()
