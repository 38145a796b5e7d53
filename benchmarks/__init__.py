"""Side-by-side measurements against peers, each one command: `python -m benchmarks.fit`."""
