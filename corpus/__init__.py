"""Guides: the ones that ship, and what loads any other."""
