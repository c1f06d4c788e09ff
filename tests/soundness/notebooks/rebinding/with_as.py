# %% [markdown]
# # with … as
# refused: run: 'report'
# refused: kernel: 'report'
# refused: restart: 'report'
# refused: script: artifact named "report"

# %%
import io

# %%
# %%step first
report = "nothing yet"
text = "a,b\n1,2\n"

# %%
# %%step read
with io.StringIO(text) as report:
    header = report.readline().strip()
print(header)

# %%
# %%step closed
print(report.closed if hasattr(report, "closed") else report)
print(header.split(","))
