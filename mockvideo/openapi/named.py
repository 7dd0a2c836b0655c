"""The objects of a document that have names."""

from __future__ import annotations

from inspect import cleandoc

from pydantic import BaseModel

from mockvideo.openapi.shapes import Writer
from mockvideo.schema import Json


class Named:
    """Collects the ``shapes`` of answers, each under a name that no other has."""

    def __init__(self) -> None:
        self.shapes: dict[str, Json] = {}
        self._names: dict[type[BaseModel], str] = {}
        self._writer = Writer(name=self.reference)

    def reference(self, schema: type[BaseModel]) -> Json:
        """Return the reference to a schema, whose shape is written when it is first asked for."""
        name = self._names.get(schema)
        if name is None:
            name = self._names[schema] = self._free(schema.__name__)
            self.shapes[name] = {}
            described = {"description": cleandoc(schema.__doc__)} if schema.__doc__ else {}
            self.shapes[name] = self._writer.document(schema) | described
        return {"$ref": f"#/components/schemas/{name}"}

    def _free(self, name: str) -> str:
        return name if name not in self.shapes else self._free(f"{name}_")
