"""Scenario files: read, judged, kept up to date. TOML, whose messages name file, line and cure."""
