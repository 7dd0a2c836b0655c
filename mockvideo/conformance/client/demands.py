"""All that can be demanded of a client, by the words in which mischiefs do it."""

from __future__ import annotations

from collections.abc import Mapping

from mockvideo.conformance.client import downloading, pausing, polling, submitting
from mockvideo.conformance.client.breach import Judge

DEMANDS: Mapping[str, Judge] = {
    judge.__name__: judge
    for judge in (
        submitting.delivers,
        submitting.one_job,
        submitting.submits_once,
        submitting.stops,
        submitting.stops_paying,
        submitting.resumes,
        pausing.waits,
        pausing.waits_until,
        pausing.patient,
        pausing.backs_off,
        polling.grace,
        polling.has_deadline,
        polling.accepts_end,
        polling.follows,
        polling.stays_ended,
        polling.honest,
        polling.paces,
        downloading.whole,
        downloading.renews,
        downloading.appends_right,
        downloading.keeps_key,
    )
}
# What a run shows in which nothing goes wrong.
IN_CLEAN: Mapping[str, Judge] = {
    "C10": polling.paces,
    "C14": polling.stays_finished,
    "C33": downloading.reads_base64,
}
