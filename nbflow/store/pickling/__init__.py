"""Values to streams of bytes and back, so that objects and memory that names share stay shared."""
