"""An ordinary notebook as a flow: cells in, a plan out; the file is written apart. Nothing of it is executed."""
