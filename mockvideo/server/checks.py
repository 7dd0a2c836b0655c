"""From a submission's bytes to a video request: each check by name, run in the dialect's own order."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from pydantic import BaseModel
from pydantic_core import to_json

from mockvideo.advice import Asked
from mockvideo.catalog import Row
from mockvideo.core.account import Account
from mockvideo.core.accounts import Accounts
from mockvideo.core.errors import ApiError, Kind, Refusal
from mockvideo.core.geometry import FRAMES
from mockvideo.core.jobs import Job, VideoRequest
from mockvideo.dialect import Check, Dialect
from mockvideo.operation import Submit
from mockvideo.schema import Json, validate
from mockvideo.server.call import Call
from mockvideo.server.documents import read_document
from mockvideo.server.identity import identify

# The bound of the only provider that documents one.
LONGEST_REPLAY_KEY = 255


class Submission:
    """A request on its way through the checks; each one fills in what the next ones need."""

    account: Account
    parsed: BaseModel
    row: Row
    request: VideoRequest
    digest: bytes

    def __init__(self, call: Call, operation: Submit, accounts: Accounts) -> None:
        self.accounts = accounts
        self.call = call
        self.dialect: Dialect = call.dialect
        self.operation = operation
        self.sent: Json = {}
        self.document: Json = {}
        self.strict = True
        self.beyond: Refusal | None = None
        self.replayed: str | None = None

    def run(self) -> None:
        """Make every check that the dialect makes; raises ApiError at the first that fails."""
        for check in self.dialect.checks:
            CHECKS[check](self)

    def identify(self) -> None:
        self.account = identify(self.call, self.accounts)

    def read(self) -> None:
        self.sent, self.strict = read_document(self.call, self.operation)
        self.document = self.dialect.fold(self.sent)

    def asked(self) -> Asked:
        """Return what advice looks at, however far the checks came."""
        model = self.document.get("model", self.dialect.model)
        row = self.dialect.catalog.rows.get(model) if isinstance(model, str) else None
        return Asked(self.document, row, None, self.call.path, self.call.named, self.sent)

    def validate(self) -> None:
        """Check the document against its model's limits at once: a row narrows the schema, so it says yes for both.

        Where it says no the schema decides first; what only the row refuses waits for its turn.
        """
        catalog = self.dialect.catalog
        model = self.document.get("model", self.dialect.model)
        row = catalog.rows.get(model) if isinstance(model, str) else None
        if row is not None:
            try:
                self.parsed = validate(catalog.request(row), self.document, strict=self.strict, broken=Kind.MODEL_LIMIT)
            except ApiError as error:
                self.beyond = error.refusal
            else:
                return
        validate(catalog.schema, self.document, strict=self.strict)

    def find_model(self) -> None:
        model = self.document.get("model", self.dialect.model)
        if model is None:
            raise ApiError(Kind.MISSING_INPUT, "model: Field required", field="model")
        self.row = self.dialect.catalog.row(model)

    def check_plan(self) -> None:
        if self.row.plans and self.account.plan not in self.row.plans:
            raise ApiError(Kind.PLAN_REQUIRED, field="model", model=self.row.id, plans=self.row.plans)

    def understand(self) -> None:
        catalog = self.dialect.catalog
        try:
            if self.beyond is not None:
                raise ApiError.of(self.beyond)
            catalog.relate(self.row, self.parsed)
            self.request = self.dialect.understand(self.parsed, self.row)
        except ApiError as error:
            raise ApiError.of(error.refusal, model=self.row.id) from None
        if self.request.duration * self.request.fps > FRAMES:
            raise ApiError(
                Kind.INVALID_REQUEST, f"fps: a clip has at most {FRAMES:,} frames; ask for less", field="fps"
            )
        self.digest = self.call.digest = digest(self.parsed)

    def count(self) -> None:
        if self.account.allotment.limited:
            self.account.admit(self.dialect.terms)

    def find_replay(self) -> None:
        key = self._key()
        if len(key) > LONGEST_REPLAY_KEY:
            name = (self.operation.replay_header or b"").decode().title()
            message = f"{name} must have at most {LONGEST_REPLAY_KEY} characters."
            raise ApiError(Kind.INVALID_REQUEST, message, field=name)
        outcome = self.call.plan.outcome
        if key and (outcome is None or outcome.idempotent):
            now = self.account.clock.now()
            made = self.account.replays.find(self.dialect.name, key, self.digest, now)
            # The store may have dropped a finished job before its key expires.
            if made is not None and self.account.store.get(self.dialect.name, made) is not None:
                self.replayed = made

    def remember(self, job: Job) -> None:
        """Note which job the idempotency key made, if there is one."""
        key = self._key()
        if key:
            expires_at = job.submitted_at + self.dialect.terms.replay_window
            self.account.replays.remember((self.dialect.name, key), self.digest, job.id, expires_at)

    def _key(self) -> str:
        name = self.operation.replay_header
        return self.call.named.get(name, b"").decode("latin-1") if name else ""

    def check_funds(self) -> None:
        if self.replayed is None:
            # Only looked at here, in the dialect's order; Account.submit takes it under its lock.
            try:
                self.account.ledger(self.dialect.terms).cover(self.request.price)
            except ApiError as error:
                raise ApiError.of(error.refusal, model=self.row.id) from None

    def check_room(self) -> None:
        if self.replayed is None:
            self.account.store.refuse_overflow()


CHECKS: dict[Check, Callable[[Submission], None]] = {
    Check.KEY: Submission.identify,
    Check.LIMITS: Submission.count,
    Check.BODY: Submission.read,
    Check.SCHEMA: Submission.validate,
    Check.MODEL: Submission.find_model,
    Check.PLAN: Submission.check_plan,
    Check.CAPS: Submission.understand,
    Check.IDEMPOTENCY: Submission.find_replay,
    Check.FUNDS: Submission.check_funds,
    Check.AVAILABLE: Submission.check_room,
}


def digest(request: BaseModel) -> bytes:
    """Hash the normalised document: the same wish in another notation is the same request."""
    values = request.__dict__
    given = {name: values[name] for name in sorted(request.model_fields_set)}
    return blake2b(to_json(given), digest_size=16).digest()
