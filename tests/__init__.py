"""The tests of nbflow. `python -m tests` runs them and every other gate."""
