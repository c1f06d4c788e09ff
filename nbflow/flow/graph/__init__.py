"""Links steps into a graph. All edges are made here and nowhere else.

`link` is the entry. It walks the steps in document order (`linking`) and binds each read to the nearest writers above
(`writers`). `transitions` translates `self.next`, `foreach_scopes` finds which steps run once per item, and `asking`
and `calling` find the names that a step needs.
"""
