# refused: script: uses IPython, which a script does not have
# %%
# %matplotlib inline
# %load_ext autoreload
# %autoreload 2
import statistics

# %%
# %%step load
# %config InlineBackend.figure_format = "retina"
heights = [171, 182, 165, 190]
print(len(heights))
heights;

# %%
# %%step describe
# %time mean = statistics.mean(heights)
spread = max(heights) - min(heights)
# %time wide = spread > 10
print(mean, spread, wide)

# %%
# %%step tall
# %%capture log
tall = [h for h in heights if h > mean]
print("looked at", len(heights))
tall

# %%
# %%step report
print(tall, repr(log.stdout))
