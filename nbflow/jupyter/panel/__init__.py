"""Makes the messages for the panel from a notebook and its store. It uses neither the server nor the kernel."""
