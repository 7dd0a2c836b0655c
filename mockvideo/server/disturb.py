"""Changes the document of one answer, as rules and the scripts of jobs order it."""

from __future__ import annotations

from collections.abc import Iterator

from mockvideo.core.faults import Changes
from mockvideo.core.jobs import UNSCRIPTED
from mockvideo.pointer import find
from mockvideo.schema import Json
from mockvideo.server.call import Call
from mockvideo.server.lies import lie

SILENT = Changes(omit=("progress",))


def disturbed(call: Call, document: Json) -> Json:
    """Return the document that is sent in the place of this one, which stays as it is."""
    for changes in _scripted(call, document):
        document = _changed(call, document, changes)
    fault = call.plan.fault
    if fault is None or fault.document is None:
        return document
    changed = _changed(call, document, fault.document)
    if changed != document:
        call.fault = "document"
    return changed


def _changed(call: Call, document: Json, changes: Changes) -> Json:
    operation = call.route.name if call.route is not None else ""
    return lie(document, changes, call.dialect.pointers, operation=operation)


def _scripted(call: Call, document: Json) -> Iterator[Changes]:
    """Yield what the job's script changes in this document."""
    if call.snapshot is not None and call.snapshot.job.script is not UNSCRIPTED:
        job = call.snapshot.job
        if job.script.silent:
            yield SILENT
        url = find(document, call.dialect.pointers.poll_path or "/")
        if job.script.poll_name is not None and isinstance(url, str):
            yield Changes(set={"poll_url": url.replace(job.id, job.script.poll_name)})
