"""What all exchanges of a server share, and what they have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import to_json

from mockvideo.advice import Advisor
from mockvideo.core.accounts import Accounts
from mockvideo.core.events import Webhook
from mockvideo.core.jobs import Snapshot, State, VideoRequest
from mockvideo.core.planning import Plan
from mockvideo.operation import Generate, Links
from mockvideo.schema import Json
from mockvideo.server import clips, handouts
from mockvideo.server.call import Call, Headers
from mockvideo.server.deliverer import Deliverer
from mockvideo.server.disturb import disturbed
from mockvideo.server.files import Answer
from mockvideo.server.options import Options

JSON = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Service:
    """The accounts, the clips, how results are handed out and webhooks delivered; ``advisors`` by dialect."""

    options: Options
    accounts: Accounts
    advisors: Mapping[str, Advisor]
    clips: clips.Clips
    deliverer: Deliverer

    def answer(self, call: Call, status: int, document: Json, extra: Headers | None = None) -> Answer:
        """Put a document into an answer, changed as scenarios order it."""
        if call.scripted and (call.refusal is None or _own(call.plan)):
            document = disturbed(call, document)
        body = to_json(document)
        headers = [JSON, (b"content-length", b"%d" % len(body)), *self.request_ids(call)]
        if extra:
            headers += extra
        return Answer(status, headers, body)

    def request_ids(self, call: Call) -> Headers:
        """The headers that name this exchange: the account's tag and the number of its journal entry."""
        account = call.account or self.accounts.anonymous
        call.number = call.number or account.journal.number()
        request_id = b"req_%b%08x" % (account.tag_bytes, call.number)
        return [(header, request_id) for header in call.dialect.request_id_headers]

    def links(self, call: Call, snapshot: Snapshot) -> Links:
        """What leads from a job's document back to this server."""
        if snapshot.state is not State.SUCCEEDED or call.account is None:
            return Links(call.prefix)
        job = snapshot.job
        if call.route is not None and isinstance(call.route.operation, Generate):
            return Links(call.prefix, handouts.in_base64(self.clips, call, job))
        if self.options.media == "data":
            texts = handouts.in_base64(self.clips, call, job)
            return Links(call.prefix, tuple(clips.DATA + text for text in texts))
        return Links(call.prefix, tuple(self.url(call, path) for path in clips.paths(call.account, job)))

    def url(self, call: Call, path: str) -> str:
        """The absolute URL of a path on this server, as the client reaches it."""
        return self.base(call) + path

    def base(self, call: Call) -> str:
        """What stands before the paths on this server, as the client reaches it."""
        return (self.options.public_url or call.origin).rstrip("/")

    def called_back(self, call: Call, request: VideoRequest, webhook: Webhook) -> VideoRequest:
        """Return the request of a client that waits to be called, and see to it that it is."""
        server = call.scope.get("server")
        self.deliverer.follow(call.known_account, server and server[1])
        return request._replace(webhook=webhook._replace(base=self.base(call), prefix=call.prefix))


def _own(plan: Plan) -> bool:
    """Whether a rule disturbs the refusal that it orders itself; one that happens is told as it is."""
    return plan.error is not None and plan.error is plan.fault
