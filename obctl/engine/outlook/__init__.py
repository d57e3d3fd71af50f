"""Reading Outlook with distrust: what changed, whose mailbox it is, and what may be believed."""
