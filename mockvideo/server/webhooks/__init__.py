"""The only outbound client: where webhooks may go, how they are sent, and when. Loaded at the first one."""
