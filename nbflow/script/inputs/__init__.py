"""Defines what a run of a script is given: parameters, included files and configs, and where their values are found.

`parameters` holds `Parameter` and `IncludeFile`, `parameter_types` their types, and `parameter_values` finds values.
`config` holds `Config` and `ConfigValue`, and `configuring` finds the value of each config. `delayed` holds the
expressions that wait for these values.
"""
