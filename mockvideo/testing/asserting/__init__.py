"""What assertions say when they fail: who is to blame, by which exchanges, and what to change."""
