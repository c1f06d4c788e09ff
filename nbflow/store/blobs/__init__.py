"""Keeps bytes under names that are made of their content: in files, or in memory for tests."""
