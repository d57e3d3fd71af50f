"""Reservations from files, and into files: CSV and iCalendar."""
