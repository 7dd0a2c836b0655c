"""The control API: what scenario files and the command line can do, over HTTP. Loaded at its first request."""
