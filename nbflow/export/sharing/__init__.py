"""Which steps may change objects that other steps reach, told by the code alone."""
