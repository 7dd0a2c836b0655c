"""Disturbances of one answer, each on one level: what it shows of a job, its document, bytes, connection, or clip.

And those of a webhook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import with_config

from mockvideo.core.jobs import State
from mockvideo.core.timing import Count, Seconds, Share

Level = Literal["snapshot", "document", "bytes", "connection", "clip"]
LEVELS: tuple[Level, ...] = get_args(Level)
Status = Annotated[int, Ge(200), Le(599)]
Place = Annotated[str, MinLen(1)]
Text = Annotated[str, MaxLen(65_536)]
Part = Literal["before", "head", "body"]
Ranges = Literal["ignored", "shifted", "refused"]
LARGEST_BLOB = 1 << 20
LARGEST_CLIP = 4 << 30
MOST_TIMES = 100


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """One answer that tells an unfinished job as it may have been before: states and progress that go backwards.

    ``cached``: it comes from a cache and says so, with an Age of so many seconds.
    """

    state: Literal[State.QUEUED, State.RUNNING] | None = None
    progress: Share | None = None
    cached: Seconds | None = None


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """One answer whose document is changed, at a place that the dialect declares or at a JSON pointer.

    ``set`` puts values there, ``null`` null; ``omit`` leaves fields out; ``text`` writes numbers as strings; ``rename``
    moves values; ``wrap`` puts the whole document under a field, ``beside`` puts fields beside that; ``extra`` adds so
    many unknown fields, ``blob`` one with so many letters.
    """

    set: Mapping[Place, Any] = field(default_factory=dict)
    null: tuple[Place, ...] = ()
    omit: tuple[Place, ...] = ()
    text: tuple[Place, ...] = ()
    rename: Mapping[Place, Place] = field(default_factory=dict)
    wrap: str | None = None
    beside: Mapping[str, Any] = field(default_factory=dict)
    extra: Annotated[int, Ge(0), Le(1_000)] = 0
    blob: Annotated[int, Ge(0), Le(LARGEST_BLOB)] = 0


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """Other bytes in the place of an answer, or of a part of it.

    ``html`` is a gateway's page with that status, ``body`` any text, ``garbage`` no HTTP at all. ``headers`` stand in
    the place of those of the same name: one, several, or none. ``redirect`` leads to ``self`` (a loop), ``elsewhere``
    (this server by another name, so another origin), ``clip`` (from a documented download to the clip's own URL) or to
    a URL. ``content_length`` is announced so many bytes wrong; ``chunked`` leaves a body without its end, or ends it
    too early. ``ranges`` are ignored, answered with others than asked, or refused.
    """

    status: Status | None = None
    html: Status | None = None
    body: Text | None = None
    content_type: str | None = None
    headers: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    garbage: bool = False
    redirect: str | None = None
    content_length: int | None = None
    chunked: Literal["unended", "early"] | None = None
    ranges: Ranges | None = None

    @property
    def breaks(self) -> bool:
        """Whether the end of the answer cannot be found as HTTP has it."""
        return self.garbage or self.content_length is not None or self.chunked is not None

    @property
    def loses(self) -> bool:
        """Whether a client does not learn what the answer would have told."""
        others = (self.status, self.html, self.body, self.redirect)
        return self.breaks or any(other is not None for other in others)


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The connection fails or crawls while a true answer is sent, in real time.

    ``reset`` (RST), ``close`` (FIN) or ``hang`` (silence, until the client leaves): ``before`` the answer, inside its
    ``head`` or inside its ``body``, after the share ``at`` of it. ``delay`` is before the first byte; ``drip`` sends
    head or body in pieces of ``piece`` bytes, one ``every`` so many seconds; ``bandwidth`` is bytes a second.
    ``not_kept``: the connection is closed after the answer, though it promised to stay.
    """

    reset: Part | None = None
    close: Part | None = None
    hang: Part | None = None
    at: Share = 0.77
    delay: Seconds = 0.0
    drip: Literal["head", "body"] | None = None
    piece: Count = 1
    every: Seconds = 1.0
    bandwidth: Count | None = None
    not_kept: bool = False

    @property
    def loses(self) -> bool:
        """Whether the answer does not arrive as a whole."""
        return any(part is not None for part in (self.reset, self.close, self.hang))


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Another file in the place of a clip, wherever it is handed out: by URL, as content, in base64.

    ``no_moov`` has no index, ``cut`` ends in the middle, ``wrong_codec`` names one that nobody has, ``empty`` has no
    bytes; ``html``, ``error`` (JSON) and ``picture`` are other files under video/mp4. ``size`` pads a clip that plays.
    ``base64`` is another alphabet, has line ends, or is cut short, where a clip is in base64.
    """

    kind: Literal["no_moov", "cut", "wrong_codec", "empty", "html", "error", "picture"] | None = None
    size: Annotated[int, Ge(0), Le(LARGEST_CLIP)] | None = None
    base64: Literal["urlsafe", "lines", "cut"] | None = None


@with_config(extra="forbid")
@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """What goes wrong with a webhook.

    When: the first attempt comes after ``delay``, in the place of the provider's own wait; it arrives ``times`` over;
    ``reorder``: it comes after the job's next one; ``drop``: it never comes.

    What: its ``signature`` is wrong, missing, stale (of an earlier delivery), or made with another key; the ``body`` is
    altered after it was signed, or the same JSON in other bytes; the clip's ``url`` leads elsewhere; the ``status`` is
    another end than polls tell; it is about another account's ``job``.
    """

    delay: Seconds | None = None
    times: Annotated[int, Ge(1), Le(MOST_TIMES)] = 1
    reorder: bool = False
    drop: bool = False
    signature: Literal["wrong", "missing", "stale", "other_key"] | None = None
    body: Literal["altered", "reencoded"] | None = None
    url: Literal["altered"] | None = None
    status: Literal["conflicting"] | None = None
    job: Literal["another"] | None = None
