"""Every rule of a server, in the order of the report."""

from __future__ import annotations

from mockvideo.conformance.provider.rule import Rule
from mockvideo.conformance.provider.rules import documents, exchanges, lifecycle, refusals, results

RULES: tuple[Rule, ...] = (
    *refusals.RULES,
    *documents.RULES,
    *lifecycle.RULES,
    *results.RULES,
    *exchanges.RULES,
)
