"""Brings the names of a live kernel back to what they held after a task.

`point` reads a checkpoint from the catalog. `look` finds what the namespace still holds of what nbflow bound, which
`ledger` records; `restore_plan` decides from both what to bind, and `restore` does it. `save` makes a checkpoint by
hand.
"""
