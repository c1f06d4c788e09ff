# Prepares every IPython shell of an environment for notebooks with steps. The wheel installs it as
# etc/ipython/startup/50-nbflow.py, a name that no import can find.
# It is one expression without a docstring, because IPython executes it among the names of the user.
__import__("importlib").import_module("nbflow.jupyter.kernel.on_demand").load_on_demand(get_ipython())  # type: ignore[name-defined]  # noqa: F821
