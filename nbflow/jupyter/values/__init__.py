"""Shows whole values. A process of its own loads them: the server runs no code, and a kernel may be busy or missing."""
