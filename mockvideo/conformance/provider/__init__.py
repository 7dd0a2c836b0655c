"""Whoever claims to serve a dialect is held against its contract, rule by rule."""

from __future__ import annotations

from mockvideo.conformance.provider.check import check_provider
from mockvideo.conformance.provider.profile import Profile, Waiver
from mockvideo.conformance.provider.report import Report
from mockvideo.conformance.provider.suite import ProviderConformance
from mockvideo.conformance.provider.target import Target

__all__ = ["Profile", "ProviderConformance", "Report", "Target", "Waiver", "check_provider"]
