"""The mapped rooms: mapping, import, Exchange settings, free rooms, lock-out."""
