"""The cells of the notebook: headers, bodies with the names that they have there, and what stands above the steps."""
