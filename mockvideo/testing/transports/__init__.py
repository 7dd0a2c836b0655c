"""What carries the requests of httpx and httpx2: straight into an application, or over the network."""
