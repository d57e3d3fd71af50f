"""What the listener does with the notifications it received."""
