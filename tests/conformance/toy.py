"""A small dialect with a limit of every kind, to try the kit on."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from annotated_types import Interval, Len
from pydantic import StringConstraints

from mockvideo.catalog import Catalog, Relation, Row
from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.jobs import VideoRequest
from mockvideo.dialect import Dialect
from mockvideo.dialects.sora import DIALECT
from mockvideo.provenance import SEED
from mockvideo.schema import Examples, Integer, OneOf, Strict


class Camera(Strict):
    """An object inside a request."""

    move: Annotated[str, OneOf(("pan", "tilt")), SEED]
    speed: Annotated[float, Interval(ge=0, le=1), SEED] | None = None


class Request(Strict):
    """A request."""

    model: Annotated[str, SEED]
    prompt: Annotated[str, Len(1, 20), SEED]
    size: Annotated[str, Examples(("1280x720",)), SEED] | None = None
    link: Annotated[str, StringConstraints(pattern="^a+$"), Examples(("a",)), SEED] | None = None
    seconds: Annotated[Integer, Interval(ge=4, le=12), SEED] | None = None
    fps: Annotated[int, OneOf((24, 25)), Interval(le=24), SEED] | None = None
    style: Annotated[Literal["plain", "vivid"], SEED] | None = None
    loop: Annotated[bool, SEED] | None = None
    images: Annotated[list[Annotated[str, Len(2, 2)]], Len(1, 4), SEED] | None = None
    sound: Annotated[str | bool, SEED] | None = None
    extra: Annotated[Any, SEED] | None = None
    camera: Annotated[Camera, SEED] | None = None


def understand(request: Request, row: Row) -> VideoRequest:
    if request.size not in {None, "1280x720"}:
        raise ApiError(Kind.INVALID_REQUEST, field="size")
    return VideoRequest(
        model=row.id, prompt=request.prompt, width=16, height=16, duration=request.seconds or 4, fps=request.fps or 24
    )


ROWS = {
    "plain": Row(id="plain"),
    "long": Row(id="long", limits={"seconds": {"max": 10, "required": True}, "images": {"max_length": 2}}),
    "still": Row(id="still", relations=(Relation(needs=("images",)),)),
}
RELATIONS = (
    Relation(when={"loop": True}, requires={"style": "vivid"}),
    Relation(when={"link": "*"}, excludes={"camera.speed": "*", "nothing": "*"}),
    Relation(when={"fps": 25}, needs=("link",)),
    Relation(when={"nothing": "*"}, needs=("link",)),
)


def toy(**changes: object) -> Dialect:
    catalog = Catalog(Request, ROWS, RELATIONS)
    return replace(DIALECT, **({"catalog": catalog, "understand": understand, "fold": dict} | changes))
