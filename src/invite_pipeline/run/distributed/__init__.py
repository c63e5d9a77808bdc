"""The same stages on many machines: Procrastinate's jobs on the store's own PostgreSQL, which carry ids only."""
