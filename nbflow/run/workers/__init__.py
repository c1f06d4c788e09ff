"""Who performs tasks: worker processes on this machine."""
