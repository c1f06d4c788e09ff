# %% [markdown]
# # IPython tour: what the shell adds to Python

# %%
# %precision 3
# %config InlineBackend.figure_format = 'retina'

# %%
import math
math.pi

# %%
# math.sqrt?

# %%
# !echo "hello from the shell"

# %%
# files = !ls *.nothing 2>/dev/null | wc -l
n_files = int(files[0])
n_files

# %%
# %env GREETING=hi

# %%
import os
os.environ["GREETING"]

# %%
# %%capture captured
print("this is hidden")
x = 42

# %%
print(captured.stdout.upper(), x)

# %% language="bash"
# mkdir -p sub
# echo "1,2,3" > sub/n.csv

# %%
numbers = [int(v) for v in open("sub/n.csv").read().split(",")]
numbers

# %%
# %%timeit -n 2 -r 1
sum(numbers)

# %%
# %time total = sum(numbers)
print(total)

# %%
# %%writefile hello.py
message = "written by the notebook"
print(message)

# %%
# %run hello.py

# %%
message.upper()

# %%
name = "world"
# !echo hello {name} $total

# %%
result = _
isinstance(result, str), _

# %%
# %who_ls int

# %%
# %cd sub
# !ls
# %cd ..

# %%
total; name;
