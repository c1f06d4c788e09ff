# %% open_figure
import matplotlib.pyplot as plt

plt.plot([1, 2, 3])
# %% shown_in_the_middle
import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.show()
print("after")
plt.hist([1, 2, 2])
plt.show()
# %% figure_value
import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(3, 2))
ax.set_title("t")
fig
# %% two_figures
import matplotlib.pyplot as plt

print("before")
plt.figure(figsize=(2, 2))
plt.plot([1])
plt.figure(figsize=(3, 1))
plt.plot([2])
print("after");
# %% closed_figure
import matplotlib.pyplot as plt

plt.plot([1])
plt.close()
"closed"
# %% displayed_axes
import matplotlib.pyplot as plt

fig, (left, right) = plt.subplots(1, 2)
left.plot([1, 2])
display(fig)
plt.close(fig)
# %% not_interactive
import matplotlib.pyplot as plt

with plt.ioff():
    fig = plt.figure()
print(plt.isinteractive())
plt.close("all")
# %% figure_object
from matplotlib.figure import Figure

fig = Figure(figsize=(2, 1))
fig.subplots().plot([1, 2])
fig
# %% frame_plot
import pandas as pd

pd.DataFrame({"a": [1, 2]}).plot()
# %% transparent
import matplotlib.pyplot as plt

fig = plt.figure(figsize=(2, 1), facecolor=(1, 1, 1, 0))
fig.subplots().plot([1, 2]);
# %% style
import matplotlib.pyplot as plt

with plt.style.context("dark_background"):
    plt.plot([1, 2])
    plt.show()
# %% dpi
import matplotlib.pyplot as plt

plt.rcParams["figure.dpi"] = 50
plt.plot([1, 2]);
plt.rcParams["figure.dpi"] = 100
# %% formats
import matplotlib.pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

set_matplotlib_formats("jpeg")
plt.plot([1, 2])
plt.show()
set_matplotlib_formats("png")
# %% backend
import matplotlib.pyplot as plt

plt.figure()
plt.close()
print(plt.get_backend())
# %% pillow
from PIL import Image

Image.new("RGB", (4, 3), "red")
# %% image_shown
import matplotlib.pyplot as plt
import numpy as np

plt.imshow(np.eye(3))
plt.colorbar()
plt.axis("off")
# %% failing_figure
import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.set_title("$\\frac{$")
try:
    plt.show()
except ValueError as error:
    print(type(error))
plt.close("all")
# %% confusion
import matplotlib.pyplot as plt
from sklearn.metrics import ConfusionMatrixDisplay

ConfusionMatrixDisplay.from_predictions([0, 1, 1], [0, 1, 0])
