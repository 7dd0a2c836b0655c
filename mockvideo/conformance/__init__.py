"""Who listens: requests drawn from the types of a dialect, good ones and bad ones."""
