"""Defines the verbs and their options once, for the shell (`nbflow run …`) and for notebooks (`%flow run …`).

`group` holds the table of verbs; each verb is a click command in one of the other modules, which is imported only when
the verb is used. `workspace` gives a verb its notebook, graph and store. A verb that runs something makes a `Request`,
and the front end decides how to perform it.
"""
