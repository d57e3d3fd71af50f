"""obctl: keep Officebooking and Outlook room calendars in step, and say why they differ."""

__version__ = "0.1.0"
