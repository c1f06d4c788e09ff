"""Defines the language of a script: `FlowSpec`, `@step` and the other decorators, `current`, and the inputs of a join.

`decorators` and `class_decorators` note facts on functions and classes, and run nothing. `custom` and `mutable` let
scripts write decorators of their own. `refused` names the parts of Metaflow that nbflow does not have, each with what
to do instead.
"""
