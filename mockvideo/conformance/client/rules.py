"""The rules for clients of video APIs: what each says, where it comes from, and what cures a client that breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["MUST", "SHOULD", "MAY"]
BLIND = "no server can see it"
NO_WEBHOOKS = "webhooks are not sent by this kit"


@dataclass(frozen=True, slots=True)
class ClientRule:
    """One rule; ``note`` says that sources conflict and which readings pass, or why nothing here can exercise it."""

    id: str
    level: Level
    sentence: str
    source: str
    cure: str
    note: str = ""


_TABLE = (
    ClientRule(
        "C1",
        "MUST",
        "After a submission whose fate is unknown it never submits again, unless with the same idempotency key",
        "RFC 9110 9.2.2; WaveSpeed, Errors and Retries; Comfy-Org/ComfyUI#16204; ArcReel/ArcReel#793",
        "Do not retry a POST whose reply was lost (max_retries=0), or send one Idempotency-Key with every attempt.",
    ),
    ClientRule(
        "C2",
        "MAY",
        "What was never sent (connection refused, no DNS) may be tried again",
        "ArcReel lib/video_backends/base.py",
        "Nothing to cure.",
        "a server that listens refuses no connection",
    ),
    ClientRule(
        "C3",
        "SHOULD",
        "A submission that a gateway answers with 5xx is not blindly sent again, and never without end",
        "WaveSpeed and RFC 9110 say no; ArcReel and the OpenAI SDKs retry",
        "Raise an error that says a job may exist, or at least stop after a few attempts.",
        "sources conflict: to stop at once and to try a few times both pass",
    ),
    ClientRule(
        "C4",
        "MUST",
        "Without money or quota it does not try again",
        "lcy362/agnes-video-generator#34; Raftersecurity/rafter-cli#227; GitLab client-go!2945",
        "Read the error's code, and raise at once on 402, 403 and on a 429 that speaks of credits or quota.",
    ),
    ClientRule(
        "C5",
        "MUST",
        "It waits as long as Retry-After says, in seconds or as a date, but not for a day",
        "RFC 9110 10.2.3; hashicorp/go-retryablehttp#130; vectorize-io/hindsight#3423",
        "Parse both forms, take them as the least, and raise when they ask for more than a minute or two.",
    ),
    ClientRule(
        "C6",
        "MUST",
        "Otherwise its pauses grow, with some chance in them, and its attempts have an end",
        "AWS Well-Architected REL05-BP03; Google Cloud retry strategy; Runway, API errors",
        "Sleep min(cap, base * 2 ** attempt) times a random share, and count the attempts.",
    ),
    ClientRule(
        "C7",
        "MUST",
        "A poll is tried again after 408, 425, 429, 500, 502 to 504, 520 and a lost reply, and not after 400, 405, 422",
        "Runway, API errors; WaveSpeed; adorosario#2; vikasprogrammer/agentric#270",
        "Keep one table of statuses for GET, and poll on through what it calls transient.",
    ),
    ClientRule(
        "C8",
        "SHOULD",
        "A poll that answers 404 gets a little patience at most",
        "Runway and WaveSpeed stop; ArcReel retries (#2171)",
        "Give a fresh id a few tries within a minute, then raise.",
        "sources conflict: to stop at once and to try for up to 300 s both pass",
    ),
    ClientRule(
        "C9",
        "MUST",
        "After 401 or 403 it stops polling within one request",
        "lidge-jun/opencodex#582",
        "Raise at once: no retry makes a key good.",
    ),
    ClientRule(
        "C10",
        "SHOULD",
        "It polls at most once a second unless told otherwise, and at least once a minute",
        "OpenAI SDKs (1 s); Higgsfield (2 to 10 s); provider pages (5 s)",
        "Sleep a few seconds between polls, and let pauses grow up to a minute at most.",
    ),
    ClientRule(
        "C11",
        "MUST",
        "Its polling has a deadline, and the error names the job",
        "backblaze-labs/genblaze#283; calesthio/OpenMontage#452; WaveSpeed",
        "Compare time.monotonic() with a deadline in the loop, and put the job's id into the error.",
    ),
    ClientRule(
        "C12",
        "MUST",
        "A state that it does not know is not the end",
        "WaveSpeed; ArcReel/ArcReel#410; TanStack/ai#394, #396",
        "Write the loop as: while the state is not one of the known ends, poll on.",
    ),
    ClientRule(
        "C13",
        "SHOULD",
        "It knows an end by its other names and in any letters",
        "ArcReel/ArcReel#1889; TanStack/ai#394; new-api PR#6591",
        "Strip and lower the word, and look it up in sets of synonyms for success, failure and cancellation.",
    ),
    ClientRule(
        "C14",
        "MUST",
        "Who has seen the end polls no more, whatever comes after it",
        "scality/backbeat#698",
        "Leave the loop at the first final state.",
    ),
    ClientRule(
        "C15",
        "MUST",
        "It bears unknown fields, nulls, and numbers that are texts",
        "looplj/axonhub#1845; new-api#7194",
        "Read only what you need, and let progress be anything.",
    ),
    ClientRule(
        "C16",
        "MUST",
        "Completed without a URL is neither a success nor a reason to poll for ever",
        "vercel/ai#18929; flow2api#160",
        "Try the documented download, poll a few more times, then raise an error of its own.",
    ),
    ClientRule(
        "C17",
        "MUST",
        "A clip that answers 5xx is fetched again; one that answers 4xx not for long",
        "openstory-so/openstory#1505; TanStack/ai#396",
        "Use the same table of transient statuses for the download.",
    ),
    ClientRule(
        "C18",
        "MUST",
        "The key goes to the API's own origin alone",
        "penpot#10776; oras-project/oras-java#334; buildkite-mcp-server#278",
        "Download without the key, or drop it on each redirect to another origin: custom headers are not dropped "
        "by HTTP libraries.",
    ),
    ClientRule(
        "C19",
        "MUST",
        "What it hands out as the clip is one, and all of it",
        "1024XEngineer/Windup#129; psf/requests#4956; BerriAI/litellm#32602",
        "Compare the length, refuse zero bytes, look for ftyp, and write to another name until it is whole.",
    ),
    ClientRule(
        "C20",
        "MUST",
        "A failed download is repeated, not the generation",
        "1024XEngineer/Windup#129; ArcReel test_content_download_retry_does_not_regenerate",
        "Put the retry around the download alone.",
    ),
    ClientRule(
        "C21",
        "SHOULD",
        "It goes on with a part of a clip only after 206 and from the right byte",
        "ynput/ayon-python-api#359",
        "Compare status and Content-Range with what was asked for; otherwise begin again.",
    ),
    ClientRule(
        "C22",
        "SHOULD",
        "For a URL that is refused it asks the job for a fresh one",
        "adorosario#2; api7/aisix#817",
        "On 403 from the clip's URL poll the job once more and take the URL from there.",
    ),
    ClientRule(
        "C23",
        "SHOULD",
        "It fetches nothing from private addresses unless told to",
        "openclaw/openclaw#103083",
        "Resolve the host and refuse private and link-local addresses, with a switch for tests.",
        "a server on this machine is at a private address itself",
    ),
    ClientRule(
        "C24",
        "MUST",
        "It verifies the signature of a webhook over the raw bytes, and its age",
        "Standard Webhooks; OpenAI webhooks guide",
        "Use the provider's verifier on the bytes as they came.",
        NO_WEBHOOKS,
    ),
    ClientRule(
        "C25",
        "MUST",
        "It takes each webhook once, quickly, and in any order",
        "OpenAI, fal and Stripe on retries",
        "Remember event ids, answer 2xx first, work later.",
        NO_WEBHOOKS,
    ),
    ClientRule(
        "C26",
        "SHOULD",
        "A webhook is a hint: it reads the state before it acts",
        "wavespeed.ai; Higgsfield; Alibaba",
        "Poll the job when the webhook comes, and when it does not.",
        NO_WEBHOOKS,
    ),
    ClientRule(
        "C27",
        "SHOULD",
        "What was moderated is not submitted again as it is",
        "openstory-so/openstory#1373; pollinations#6196; but googleapis/js-genai#1272",
        "Raise an error that says which input was refused.",
    ),
    ClientRule(
        "C28",
        "MUST",
        "Its own time-out is no reason to submit again",
        "wavespeed.ai, duplicate jobs",
        "Keep the job's id, and resume polling later.",
    ),
    ClientRule(
        "C29",
        "MUST",
        "A 200 that is not JSON is an error after a few tries",
        "lidge-jun/opencodex#645; Doist/todoist-python#32",
        "Count it as a failed attempt, and raise when there are too many.",
    ),
    ClientRule(
        "C30",
        "SHOULD",
        "It logs neither its key nor a signed URL",
        "OpenMontage; PraisonAI#5173",
        "Redact before writing.",
        BLIND,
    ),
    ClientRule(
        "C31",
        "MUST",
        "Where a submission names the URL to poll, it polls just that",
        "provider page on its poll_url",
        "Join the URL with the base, and keep it; do not build one from the id.",
    ),
    ClientRule(
        "C32",
        "MUST",
        "Cancelled ends the loop",
        "provider page, whose own sample loops for ever",
        "Count cancelled among the ends.",
    ),
    ClientRule(
        "C33",
        "MUST",
        "From a blocking provider it takes the clip in base64, and a URL that is null",
        "provider page on b64_json",
        "Read b64_json first, and url only if it is a text.",
    ),
    ClientRule(
        "C34",
        "SHOULD",
        "Killed and started again, it goes on with its job",
        "calesthio/OpenMontage#452",
        "Write the job's id down before the first poll, and look for it at the start.",
    ),
)
RULES: Mapping[str, ClientRule] = {rule.id: rule for rule in _TABLE}
