"""The panel with forty steps, 250 pixels wide, at 200 %: names are read, nothing covers code, buttons are in sight."""
