"""Thin pages: widgets, then session, then views."""
