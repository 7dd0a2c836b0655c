"""Judges clients: which rules they break, with the shortest script that shows it, and what that would have cost."""
