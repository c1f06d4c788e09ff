"""Tests steps that are written in other languages."""
