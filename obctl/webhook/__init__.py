"""The listener: receives Graph's notifications and writes them down. It never calls Graph."""
