"""The confusion matrix of causes: stories that are really played, and what obctl says of each.

A `Story` is data: which cause it truly is (`code`), and what happens when, as `Act`s made by the
verbs in `acts`. A `Stage` plays many stories at once, in one sandbox, one company and on one clock,
each in rooms and with people of its own; at a story's `look` it asks `diff`, `diff --room` and
`explain`. `judge` holds what they name against `code`.

    python -m tests.confusion                          all of them, and the matrix
    python -m tests.confusion --code room-declined     those of one cause
    python -m tests.confusion --code room-declined --case 7   one alone: its acts, all that was said

To add stories: write a module in `families/` with `STORIES`, a list. Each is found by itself.

- `code` is what happened, by the story and the order of decision, never by what obctl says today.
  `NOTHING` stands for two sides that agree with nothing the matter; a room that could not be
  trusted is named by its condition.
- Times are "DAY HH:MM": days after the Monday on which the story begins at 14:00, wall clock in
  Amsterdam. That Monday is one of `SEASONS`; autumn's weeks see the clocks go back.
- Rooms are "A", "B", …; people are "anna" (who organises, unless told otherwise), "bram", …; a
  meeting is "it" unless it is named. All of them are the story's own.
- All differences of the story's rooms in the days of `span` are judged. One about another meeting
  stands in `besides`, by its subject, or its date as "day 8".
- What needs other settings of the company, or must be kept from the other stories' runs, has a
  `Setting` of its own. Each is a tenant more to play, so share them.
- What is known to be named wrongly stands in `known`, and goes from there when it is mended.
"""
