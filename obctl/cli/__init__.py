"""The commands: they parse, call one engine function and hand its result to render."""
