"""Changes the document of one answer, as rules and the scripts of jobs order it."""

from __future__ import annotations

from mockvideo.core.jobs import UNSCRIPTED
from mockvideo.core.scenario import Changes
from mockvideo.pointer import find
from mockvideo.schema import Json
from mockvideo.server.call import Call
from mockvideo.server.lies import lie

SILENT = Changes(omit=("progress",))


def disturbed(call: Call, document: Json) -> Json:
    """Return the document that is sent in the place of this one, which stays as it is."""
    job = call.snapshot.job if call.snapshot is not None else None
    if job is not None and job.script is not UNSCRIPTED:
        if job.script.silent:
            document = _changed(call, document, SILENT)
        if job.script.poll_name is not None:
            url = find(document, call.dialect.pointers.poll_path or "/")
            if isinstance(url, str):
                changes = Changes(set={"poll_url": url.replace(job.id, job.script.poll_name)})
                document = _changed(call, document, changes)
    rule = call.plan.lie
    if rule is not None and rule.document is not None:
        document = _changed(call, document, rule.document)
    return document


def _changed(call: Call, document: Json, changes: Changes) -> Json:
    operation = call.route.name if call.route is not None else ""
    return lie(document, changes, call.dialect.pointers, operation=operation)
