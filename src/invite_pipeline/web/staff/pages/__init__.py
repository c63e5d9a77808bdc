"""The staff pages, a module each."""
