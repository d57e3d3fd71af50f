"""Values and decisions. No I/O, no clock, no SDK, no logging, no async."""
