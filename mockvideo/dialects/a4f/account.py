"""What A4F tells an account about itself."""

from __future__ import annotations

from datetime import UTC, datetime

from mockvideo.core.errors import ApiError, Kind
from mockvideo.core.terms import Standing
from mockvideo.dialects.a4f.figures import FIGURES, PLANS
from mockvideo.operation import View
from mockvideo.schema import Json

DAY = 86_400
VALIDITY = 30  # days that a plan lasts


def usage(view: View) -> Json:
    """Tell an account its plan, limits and use. What no account here has, such as an e-mail address, is made up."""
    standing = view.standing
    if standing is None:
        raise ApiError(Kind.MISSING_KEY)
    limits, plan = standing.limits, PLANS.get(standing.plan, FIGURES)
    began = datetime.fromtimestamp(standing.began, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "account_information": _account(standing),
        "subscription_details": {
            "creation_date": began,
            "effective_days_remaining": max(0, VALIDITY - int((standing.now - standing.began) // DAY)),
            "plan_activation_history": [{"plan": standing.plan, "activated_at": began}],
        },
        "usage_statistics": {
            "overall_request_counts": {"total": standing.requests, "streaming_chat": 0},
            "token_consumption": {
                "combined_chat_tokens": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
            },
        },
        "billing_information": {"total_amount_paid_usd": 0.0, "cumulative_token_cost_usd": 0.0},
        "rate_limits_and_restrictions": {
            "requests_per_minute_limit": limits.requests_per_minute or plan.requests_per_minute,
            "requests_per_day_limit": limits.requests_per_day or plan.requests_per_day,
        },
    }


def _account(standing: Standing) -> Json:
    name = f"user-{standing.tag}"
    return {
        "username": name,
        "github_info": {
            "github_username_from_auth": name,
            "email_from_auth": f"{name}@example.invalid",
            "avatar_url": f"https://example.invalid/{name}.png",
            "supabase_user_id": standing.tag,
        },
        "api_key": masked(standing.key),
        "api_key_name": "default",
        "node_id": "node-1",
        "is_enabled": True,
        "current_plan": standing.plan,
        "model_specific_usage": {},
    }


def masked(key: str) -> str:
    """Show the first and last four characters of a key that has many more."""
    return f"{key[:4]}...{key[-4:]}" if len(key) >= 16 else "..."
