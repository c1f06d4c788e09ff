"""How a run goes: a pure state machine, and the executor that performs what it says."""
