"""What tasks print and display: captured, and shown as a notebook shows it."""
