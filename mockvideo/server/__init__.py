"""How it is heard: the only Starlette and uvicorn."""
