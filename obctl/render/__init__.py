"""What people and scripts see. Values come in; text goes to stdout, messages to stderr."""
