# %% [markdown]
# # Logging cookbook

# %%
import logging
import io
import sys

# %%
stream = io.StringIO()
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter("%(name)s - %(levelname)s - %(message)s"))
logger = logging.getLogger("simple_example")
logger.setLevel(logging.DEBUG)
logger.addHandler(handler)
logger.propagate = False

# %%
logger.debug("debug message")
logger.info("info message")
logger.warning("warn message")

# %%
print(stream.getvalue())

# %%
class Auxiliary:
    def __init__(self):
        self.logger = logging.getLogger("simple_example.auxiliary")
        self.logger.info("creating an instance of Auxiliary")

    def do_something(self):
        self.logger.info("doing something")
        a = 1 + 1
        self.logger.info("done doing something")
        return a

# %%
a = Auxiliary()
a.do_something()

# %%
len(stream.getvalue().splitlines())

# %%
class ContextFilter(logging.Filter):
    def filter(self, record):
        record.msg = record.msg.upper()
        return True

logger.addFilter(ContextFilter())
logger.info("quiet please")
print(stream.getvalue().splitlines()[-1])

# %%
counts = {}
class CountingHandler(logging.Handler):
    def emit(self, record):
        counts[record.levelname] = counts.get(record.levelname, 0) + 1

logger.addHandler(CountingHandler())
for i in range(3):
    logger.error("failure %d", i)
a.do_something()
counts

# %%
logger.removeHandler(handler)
logger.error("not in the stream")
print(len(stream.getvalue().splitlines()), counts["ERROR"])
