"""One canonical form of the many ways to write a request to the relay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockvideo.operation import Form
from mockvideo.schema import Json, without_nulls

DEEPEST = 8


def from_form(form: Form) -> Json:
    """Make one document of form fields: ``a[]`` and repeated names are lists, ``a[b][c]`` are objects.

    Objects inside a list (``content[][type]``) come in an order that cannot be undone, so they are one object.
    """
    document: Json = {}
    for name, value in form:
        *parents, last = [part for part in name.replace("]", "").split("[")[:DEEPEST] if part] or [""]
        inside = _inner(document, parents)
        known = inside.get(last)
        if name.endswith("[]") or known is not None:
            inside[last] = [*_as_list(known), value]
        else:
            inside[last] = value
    return document


def _inner(document: Json, parents: list[str]) -> Json:
    """Return the object at the end of these names, making what is not there."""
    for parent in parents:
        inner = document.setdefault(parent, {})
        document = inner if isinstance(inner, dict) else {}
    return document


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def fold(document: Json) -> Json:
    """Fill the canonical fields from their aliases, and the mode from what is there."""
    folded = without_nulls(document)
    given = folded.keys()
    if given & OTHER_NAMES:
        _rename(folded)
    if "mode" not in folded:
        folded["mode"] = inferred_mode(folded) if given & INPUTS else "t2v"
    return folded


def _rename(folded: Json) -> None:
    found = dict(_materials(folded.get("content")))
    for name, aliases in ALIASES.items():
        others = (*map(folded.get, aliases), found.get(name))
        value = next(filter(None, (folded.get(name), *map(_first, others))), None)
        if value is not None:
            folded[name] = value


ALIASES = {
    "prompt": (),
    "seconds": ("duration",),
    "image_url": ("image", "images", "image_urls", "input_reference"),
    "end_image_url": ("last_image_url",),
    "video_url": ("video", "videos", "video_urls"),
    "audio_urls": (),
    "aspect_ratio": ("ratio",),
}
OTHER_NAMES = frozenset({"content", *(alias for aliases in ALIASES.values() for alias in aliases)})
INPUTS = frozenset(
    {"video_id", "image_list", "image_url", "end_image_url", "video_url", "audio_urls", "reference_images"}
)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _materials(content: object) -> Iterator[tuple[str, object]]:
    """Find prompt and media in ``content`` items; their order and form are not checked."""
    for item in content if isinstance(content, list) else [content]:
        if isinstance(item, dict):
            for key, name in CONTENT.items():
                if item.get(key):
                    yield name, item[key]


CONTENT = {"text": "prompt", "image_url": "image_url", "video_url": "video_url", "audio_url": "audio_urls"}


def inferred_mode(document: Json) -> str:
    """Return the mode that the inputs imply, in the words of the model's family."""
    inputs = INFERRED.get(str(document.get("model")), INFERRED["*"])
    return next((mode for needed, mode in inputs if all(document.get(name) for name in needed)), "t2v")


# Which inputs imply which mode, the most telling first. Only the words are the seed's; the inference is our guess.
INFERRED: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "kling-video": ((("video_id",), "extend"), (("image_list",), "multi_i2v"), (("image_url",), "i2v")),
    "gemini-omni": ((("video_url",), "edit"), (("image_url",), "r2v"), (("reference_images",), "r2v")),
    "*": (
        (("video_url",), "reference_material"),
        (("audio_urls",), "reference_material"),
        (("reference_images",), "reference_images"),
        (("image_url", "end_image_url"), "i2v_first_last"),
        (("image_url",), "i2v"),
    ),
}
