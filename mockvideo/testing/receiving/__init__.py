"""A receiver of webhooks for people who have none."""
