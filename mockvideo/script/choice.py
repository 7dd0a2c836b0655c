"""Which scenario a text means: one by its name, or the one rule that it spells out."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from mockvideo.core.scenario import Scenario
from mockvideo.script.problems import ScriptError
from mockvideo.script.read import inline

LONGEST_TOLD = 200


def choose(text: str, library: Mapping[str, Scenario]) -> Scenario:
    """Return the scenario of that name, or the one that the text itself spells out; raises ScriptError."""
    if text in library:
        return library[text]
    if "=" in text:
        return inline(text)
    near = get_close_matches(text[:LONGEST_TOLD], library, n=1)
    cure = f"did you mean {near[0]}?" if near else "list them with mockvideo scenarios, or write a rule: status = 503"
    raise ScriptError([f"No scenario is called {text[:LONGEST_TOLD]!r}; {cure}"])
