"""How long the relay takes; of limits nothing is known, and its engine has none on its video routes."""

from __future__ import annotations

from mockvideo.core.terms import Figures
from mockvideo.core.timing import Timing
from mockvideo.provenance import guess

FIGURES = Figures(timing=Timing(queue=(1.0, 5.0), render=(59.0, 295.0)))
SOURCES = {"timing": guess("the relay says nothing; OpenAI's guide, whose shape it has taken, says several minutes")}
