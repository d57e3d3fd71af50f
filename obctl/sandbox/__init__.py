"""A simulated Exchange Online tenant that speaks Microsoft Graph v1.0 over HTTP.

It shares no logic with the rest of obctl (zone names aside): two implementations of recurrence,
time and change tracking keep each other honest.
"""
