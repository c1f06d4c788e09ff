"""The live side: steps run by Shift+Enter in a notebook's own kernel."""
