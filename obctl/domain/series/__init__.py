"""Dates of a series: which date of which meeting, and whether the series still has it."""
