"""The verbs that shell and notebook share, with their options: one table, one meaning."""
