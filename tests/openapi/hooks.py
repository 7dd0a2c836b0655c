"""What Schemathesis cannot read off a document: the bytes of a picture, and why a request cannot be served."""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

from mockvideo import dialects
from mockvideo.conformance.acceptance import refused
from mockvideo.openapi.examples import accepted

DIALECT = dialects.load()[os.environ["MOCKVIDEO_DIALECT"]]

schemathesis.openapi.media_type("image/png", st.binary(max_size=64).map(b"\x89PNG\r\n\x1a\n".__add__))


@schemathesis.hook
def map_body(_: Any, body: Any) -> Any:
    """Write whole numbers without a fraction, as JSON libraries do: to JSON Schema 2.0 is the same as 2."""
    return whole(body)


@schemathesis.hook
def filter_failure(_: Any, failure: Any, case: Any, __: Any) -> bool:
    """Forget refusals that documents foretell in prose, and that more is accepted than they promise.

    In a form all is text, and an empty list is nothing: what is wrong with one may not be left when it is sent.
    """
    if isinstance(failure, AcceptedNegativeData):
        return not (is_form(case) or is_accepted(case.body))
    if isinstance(failure, RejectedPositiveData):
        return not (is_impossible(case.body) or (is_form(case) and is_unreadable(case.body)))
    return True


def whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return list(map(whole, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def is_accepted(body: Any) -> bool:
    """Whether types and rules accept a submission."""
    return isinstance(body, dict) and accepted(DIALECT, body, strict=False) is not None


def is_impossible(body: Any) -> bool:
    """Whether a submission is accepted by types and rules, and no picture can come of it."""
    return is_accepted(body) and refused(DIALECT, body) is not None


def is_form(case: Any) -> bool:
    return case.media_type in {"multipart/form-data", "application/x-www-form-urlencoded"}


def is_unreadable(form: Any) -> bool:
    """Whether a form has fields of names that no form has."""
    return isinstance(form, dict) and not all(name.isprintable() and ".." not in name for name in form)
