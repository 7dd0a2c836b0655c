"""The body of POST /v2/videos/generate, field for field, and the models that it is for."""

# ruff: noqa: N815 - the names are the provider's

from __future__ import annotations

from typing import Annotated, Any, Self

from annotated_types import Len, MinLen
from pydantic import ModelWrapValidatorHandler, ValidationError, model_validator

from mockvideo.catalog import load
from mockvideo.dialects.apiframe.params import (
    GENERATE,
    Address,
    GrokImagineVideoParams,
    HailuoParams,
    KlingParams,
    LumaParams,
    MidjourneyVideoParams,
    RunwayParams,
    SeedanceParams,
    SoraParams,
    VeoParams,
    WanParams,
)
from mockvideo.dialects.apiframe.zod import Request
from mockvideo.provenance import SEED
from mockvideo.schema import VARIANT, OneOf

EVENTS = ("progress", "completed", "failed")


class GenerateVideo(Request):
    """The body for all models together. To the backend it is a union of one object a model, told apart by the model."""

    model: Annotated[str, SEED]
    # For Grok openapi.json allows 5000; the seed says 4000 for all, and no other source widens it.
    prompt: Annotated[str, Len(1, 4000), SEED]
    webhookUrl: Annotated[Address, SEED] | None = None
    webhookEvents: Annotated[list[Annotated[str, OneOf(EVENTS)]], MinLen(1), SEED] | None = None
    grokImagineVideoParams: Annotated[GrokImagineVideoParams, VARIANT, GENERATE] | None = None
    hailuoParams: Annotated[HailuoParams, VARIANT, GENERATE] | None = None
    klingParams: Annotated[KlingParams, VARIANT, GENERATE] | None = None
    lumaParams: Annotated[LumaParams, VARIANT, GENERATE] | None = None
    midjourneyVideoParams: Annotated[MidjourneyVideoParams, VARIANT, GENERATE] | None = None
    runwayParams: Annotated[RunwayParams, VARIANT, GENERATE] | None = None
    seedanceParams: Annotated[SeedanceParams, VARIANT, GENERATE] | None = None
    soraParams: Annotated[SoraParams, VARIANT, GENERATE] | None = None
    veoParams: Annotated[VeoParams, VARIANT, GENERATE] | None = None
    wanParams: Annotated[WanParams, VARIANT, GENERATE] | None = None

    @model_validator(mode="wrap")
    @classmethod
    def as_its_model(cls, document: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Where something is wrong, let the object of the request's model say what."""
        try:
            return handler(document)
        except ValidationError:
            row = CATALOG.rows.get(str(document.get("model")))
            if row is not None:
                CATALOG.request(row).model_validate(document, strict=True)
            raise


CATALOG = load("mockvideo.dialects.apiframe", GenerateVideo)
