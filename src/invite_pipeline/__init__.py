"""Invitations from the recipient list to the report: load, render, mail, collect, report."""

__version__ = "0.1.0"
