"""What a script says: its class, its methods and what stands around them. Nothing of it is executed."""
