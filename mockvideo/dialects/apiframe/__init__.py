"""Apiframe's second API: thirty-one models, each with its family's parameters object; a job is polled."""

from __future__ import annotations

from mockvideo.core.money import Tariff
from mockvideo.core.rng import Chance
from mockvideo.core.terms import Terms
from mockvideo.dialect import Check, Credential, Dialect, Pointers
from mockvideo.dialects.apiframe import account, advice, figures, jobs, schemas, words
from mockvideo.dialects.apiframe.request import CATALOG
from mockvideo.dialects.apiframe.understand import IMAGES, understand
from mockvideo.dialects.apiframe.webhooks import WEBHOOKS
from mockvideo.operation import Document, List, Poll, Route, Submit, Upload
from mockvideo.provenance import SEED, spec

DIALECT = Dialect(
    title="Apiframe v2",
    documents="docs-v2.apiframe.ai, Video Generation",
    reviewed="2026-11-20",
    terms=Terms(
        dialect="apiframe",
        mint=Chance.uuid,
        interval=5.0,
        tariff=Tariff("credits"),
        replay_window=86_400.0,
        upload_life=3_600.0,
        figures=figures.FIGURES,
    ),
    credential=Credential(header=b"x-api-key", scheme=""),
    routes=(
        Route(
            "POST",
            "/v2/videos/generate",
            Submit(answer=schemas.Accepted, render=jobs.accepted, status=202, replay_header=b"idempotency-key"),
            SEED,
        ),
        Route(
            "GET",
            "/v2/jobs",
            List(answer=schemas.JobList, read=jobs.read_query, render=jobs.job_list, query=schemas.ListJobs),
            spec("openapi.json, GET /v2/jobs"),
        ),
        Route(
            "GET",
            "/v2/jobs/{id}",
            Poll(answer=schemas.Job, render=jobs.polled, check=jobs.check_id),
            spec("openapi.json, GET /v2/jobs/{id}"),
        ),
        Route("GET", "/v2/me", Document(answer=schemas.Me, render=account.me), spec("openapi.json, GET /v2/me")),
        Route(
            "GET",
            "/v2/models",
            Document(answer=schemas.Models, render=account.models, public=True, query=schemas.ListModels),
            spec("openapi.json, GET /v2/models"),
        ),
        Route(
            "POST",
            "/v2/uploads",
            Upload(answer=schemas.Upload, field="file", check=account.check_file, render=account.uploaded),
            spec("openapi.json, POST /v2/uploads"),
        ),
    ),
    # The model comes first: it selects the one strict object that the rest is checked against.
    checks=(
        Check.KEY,
        Check.LIMITS,
        Check.BODY,
        Check.MODEL,
        Check.SCHEMA,
        Check.CAPS,
        Check.IDEMPOTENCY,
        Check.FUNDS,
        Check.AVAILABLE,
    ),
    catalog=CATALOG,
    understand=understand,
    fold=dict,
    states=words.STATES,
    errors=words.ERRORS,
    spellings=words.SPELLINGS,
    failures=words.FAILURES,
    envelope=words.envelope,
    error=schemas.Error,
    pointers=Pointers(
        submitted="/jobId",
        polled="/id",
        status="/status",
        progress="/progress",
        video="/result/videoUrl",
        error="/error",
        images=IMAGES,
        # Midjourney's four clips.
        mirrors={"video": tuple(f"/result/videos/{number}" for number in range(4))},
    ),
    example={
        "model": "kling-3.0",
        "prompt": "A cat on a skateboard at sunset",
        "klingParams": {"duration": 5, "mode": "pro", "aspect_ratio": "16:9"},
    },
    environment={"APIFRAME_API_KEY": "{key}"},
    advice=advice.ADVICE,
    figure_sources=figures.SOURCES,
    webhooks=WEBHOOKS,
)
