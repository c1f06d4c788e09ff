"""The runs that a store holds, compared with each other and with the flow as it is now."""
