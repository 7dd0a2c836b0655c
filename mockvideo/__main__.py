"""``python -m mockvideo``."""

from __future__ import annotations

from mockvideo.cli import main

main(prog_name="mockvideo")
