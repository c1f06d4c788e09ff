"""Keeps a store in a bucket that several machines and people use, with the local store as its copy.

The folder of such a store is an ordinary store in the user's cache folder. Its catalog is an index: triggers note in
`outbox` which rows have changed, `log_rows` turns them into log objects and back, and `team_log` sends and receives
those. `pulse` tells which drivers are alive, and `team` puts it together.
"""
