"""Hours of mixed use, compressed: `python -m tests.soak --minutes N`."""
