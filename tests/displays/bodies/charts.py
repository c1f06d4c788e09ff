# %% plotly
import plotly.graph_objects as go

go.Figure(go.Scatter(x=[1, 2], y=[3, 4]))
# %% plotly_shown
import plotly.graph_objects as go

go.Figure(go.Bar(y=[3, 4])).show()
# %% plotly_renderer
import plotly.io as pio

pio.renderers
# %% altair
import altair as alt
import pandas as pd

alt.Chart(pd.DataFrame({"x": [1, 2], "y": [3, 4]})).mark_line().encode(x="x", y="y")
# %% altair_displayed
import altair as alt
import pandas as pd

alt.Chart(pd.DataFrame({"x": [1, 2]})).mark_bar().encode(x="x").display()
# %% graphviz
import graphviz

print(graphviz.Digraph("g", body=["a -> b"]).source)
