"""Benchmarks, one module each: `make bench` runs them all, `python -m benchmarks.NAME` one."""
