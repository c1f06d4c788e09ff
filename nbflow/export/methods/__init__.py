"""The methods of a script: what each is given, its body word for word, what it hands on, and where it leads."""
