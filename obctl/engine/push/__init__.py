"""The outbox: writes on their way to Outlook, each done once."""
