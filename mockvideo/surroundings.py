"""The environment variables that point common clients at a server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mockvideo.dialect import Dialect


class Contested(NamedTuple):
    """A variable that stays as another dialect has it, although this one wants it, too."""

    variable: str
    value: str
    dialect: str


def variables(
    dialects: Iterable[Dialect], url: str, key: str, *, only: Dialect | None = None
) -> tuple[dict[str, str], list[Contested]]:
    """Return the variables for the clients of all these dialects, or of ``only`` one; the first has what two want.

    ``url`` is the server's, without a slash at its end.
    """
    values = {"MOCKVIDEO_URL": url, "MOCKVIDEO_API_KEY": key}
    contested: list[Contested] = []
    if only is not None:
        values["MOCKVIDEO_BASE_URL"] = f"{url}/{only.name}"
    for dialect in dialects if only is None else [only]:
        for variable, template in dialect.environment.items():
            value = template.format(url=f"{url}/{dialect.name}", key=key)
            if values.setdefault(variable, value) != value:
                contested.append(Contested(variable, values[variable], dialect.name))
    return values, contested
