"""nbflow turns a Jupyter notebook into a flow."""
