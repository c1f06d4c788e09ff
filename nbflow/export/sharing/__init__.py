"""Finds, from the code alone, which steps may change objects that other steps reach."""
