# %% [markdown]
# # Warnings are silenced, logging goes to the output

# %%
import logging
import sys
import warnings

warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("error", category=RuntimeWarning)
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(message)s", force=True)
log = logging.getLogger("train")

# %%
# %%step train
log.info("starting")
log.debug("not shown")
print("trained")

# %%
# %%step risky
try:
    warnings.warn("overflow", RuntimeWarning)
    outcome = "ok"
except RuntimeWarning as _w:
    outcome = f"stopped: {_w}"
print(outcome)

# %%
# %%step quiet
warnings.warn("old", DeprecationWarning)
logging.warning("careful")
print("done", outcome)
