"""What the provider tells besides jobs: the caller, the models, and what became of an uploaded file."""

from __future__ import annotations

from typing import Any

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.files import File
from mockvideo.core.rng import Chance, digest
from mockvideo.core.uploads import Upload
from mockvideo.dialects.apiframe.figures import SLOTS
from mockvideo.dialects.apiframe.jobs import iso
from mockvideo.dialects.apiframe.request import CATALOG
from mockvideo.dialects.apiframe.rows import costs
from mockvideo.dialects.apiframe.schemas import ListModels
from mockvideo.operation import View
from mockvideo.schema import Json, validate

MODELS = tuple(
    {"id": row.id, "label": row.name, "modality": "video", "description": row.facts["description"], **costs(row)}
    for row in CATALOG.rows.values()
)

# In MiB; what the files may be is what the bytes show.
LARGEST = {"image": 25, "audio": 25, "video": 50}
MEDIA_TYPES = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/webp",
        "image/gif",
        "video/mp4",
        "video/webm",
        "video/quicktime",
        "audio/mpeg",
        "audio/wav",
        "audio/ogg",
        "audio/mp4",
    }
)


def me(view: View) -> Json:
    """Tell an account who it is. What no account here has, such as an e-mail address, is the documents' own example."""
    standing = view.standing
    if standing is None:
        raise ApiError(Kind.MISSING_KEY)
    user, team, key = (Chance(digest(standing.tag, part)).uuid() for part in ("user", "team", "key"))
    return {
        "user": {"id": user, "email": "dev@example.com", "role": "ADMIN"},
        # Two texts together: openapi.json has customerId and prefix, the page maxConcurrentJobs.
        "team": {
            "id": team,
            "name": "My Team",
            "credits": int(standing.balance),
            "plan": standing.plan,
            "customerId": None,
            "maxConcurrentJobs": standing.limits.slots or SLOTS,
        },
        "apiKey": {"id": key, "name": "Production Key", "prefix": standing.key[:8]},
    }


def models(view: View) -> Json:
    asked: Any = validate(ListModels, dict(view.query), strict=False)
    return {"models": list(MODELS) if asked.modality in {None, "video"} else []}


def check_file(file: File) -> None:
    """Refuse files of other types, and too large ones."""
    kind = file.media_type.partition("/")[0]
    if file.media_type not in MEDIA_TYPES:
        raise ApiError(Kind.INVALID_REQUEST, "Unsupported file type", field="file")
    if file.size > LARGEST[kind] << 20:
        raise ApiError(Kind.INVALID_REQUEST, f"File too large: {kind} files may have {LARGEST[kind]} MB", field="file")


def uploaded(upload: Upload, url: str) -> Json:
    file = upload.file
    return {
        "id": upload.id,
        "url": url,
        "kind": file.media_type.partition("/")[0],
        "contentType": file.media_type,
        "byteSize": file.size,
        "expiresAt": iso(upload.expires_at),
    }
