"""Captures what tasks print and display, and shows it as a notebook does.

`capture` redirects the streams of a worker; `outputs` joins texts and displays in the notebook format; `display`
turns values into MIME bundles. `stage`, `frontend`, `worker_shell` and `widgets` make a worker look like a kernel to
the libraries that behave differently in a notebook.
"""
