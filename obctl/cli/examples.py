"""Lines to try, below each command's `--help`: they parse, and say what they are for.

A command without a line here fails the tests. Rooms and people are those of `obctl demo`'s tenant.
"""

from __future__ import annotations

_TEXT = """
demo
    obctl demo
    obctl demo --keep                            # go on with its tenant and company
init
    obctl init                                   # asks, step by step
    obctl init contoso --tenant-id contoso.example --client-id 7d1c --credential certificate \
--certificate obctl.pem
doctor
    obctl doctor
    obctl doctor --room Atrium
    obctl doctor -o json --fields check,verdict,remedy
companies
    obctl companies
    obctl companies --sort verdict --fields name,verdict,problem
listen
    obctl listen --port 8443 --tls-cert cert.pem --tls-key key.pem
    obctl listen --host 127.0.0.1 -o json        # behind a proxy; one line when ready
planner
    obctl planner today --at '2026-10-19 09:00'  # as obctl knew it then
    obctl planner monday --to friday --location Amsterdam
    obctl planner monday --to friday --export week.html
diff
    obctl diff today
    obctl diff monday --to friday --room Atrium
    obctl diff today -o csv --fields room,start,subject,cause.code
explain
    obctl explain 17
    obctl explain 17 --cached -o json
    obctl explain 17 --at '2026-10-19 09:00'     # what was known of it then
causes
    obctl causes
    obctl causes --from -28 --to today --by room
rooms discover
    obctl rooms discover
    obctl rooms discover --add
rooms add
    obctl rooms add atrium@contoso.example
    obctl rooms add atrium@contoso.example --location Amsterdam --time-zone Europe/Amsterdam
rooms change
    obctl rooms change Atrium --floor 3 --capacity 12
    obctl rooms change atrium@contoso.example --name 'Big Atrium'
rooms list
    obctl rooms list
    obctl rooms list --sort -capacity --fields name,location,capacity
rooms show
    obctl rooms show Atrium
    obctl rooms show atrium@contoso.example -o json
rooms import
    obctl rooms import rooms.csv
    obctl rooms import rooms.csv --by mia
rooms import-existing
    obctl rooms import-existing Atrium Forum
    obctl rooms import-existing --all --yes
rooms free
    obctl rooms free --from 'tomorrow 14:00' --to 'tomorrow 15:30' --capacity 8
    obctl rooms free --like 17 --repeat 'FREQ=WEEKLY;COUNT=10'
rooms remove
    obctl rooms remove Atrium
    obctl rooms remove atrium@contoso.example --yes --by mia
rooms policy import
    obctl rooms policy import policy.json
    obctl rooms policy import policy.json --by mia
rooms policy lint
    obctl rooms policy lint
    obctl rooms policy lint --location Amsterdam --sort cause
subscriptions create
    obctl subscriptions create --all --notification-url https://obctl.contoso.example/notifications
    obctl subscriptions create Atrium --notification-url https://obctl.contoso.example/notifications
subscriptions list
    obctl subscriptions list
    obctl subscriptions list --sort expires_at --limit 10
subscriptions renew
    obctl subscriptions renew --all
    obctl subscriptions renew Atrium
subscriptions remove
    obctl subscriptions remove Atrium
    obctl subscriptions remove --all --yes
sync run
    obctl sync run --dry-run                     # only show what would be done
    obctl sync run --location Amsterdam
    obctl sync run --all-companies --jobs 8      # what cron runs
sync apply
    obctl sync apply plan.json
    obctl sync apply plan.json --yes --by mia
sync resync
    obctl sync resync Atrium
    obctl sync resync atrium@contoso.example --yes
sync status
    obctl sync status
    obctl sync status --max-age 50h -o json
    obctl sync status --watch 30
sync report
    obctl sync report
    obctl sync report --since 3d --html morning.html
sync history
    obctl sync history
    obctl sync history --limit 5 --fields run,started_at,exit
sync show
    obctl sync show 20261019T010000-4711
    obctl sync show 20261019T010000-4711 -o json
reservations list
    obctl reservations list --on today --location Amsterdam
    obctl reservations list --text 'board lunch' --sort -start --limit 20
    obctl reservations list --external-state 100 -o csv --fields number,start,organizer.email
reservations show
    obctl reservations show 17
    obctl reservations show 17 -o json
reservations series
    obctl reservations series 17
    obctl reservations series 17 --cached -o json
reservations import
    obctl reservations import bookings.csv --dry-run
    obctl reservations import calendar.ics --no-push --by mia
reservations export
    obctl reservations export bookings.csv --from monday --to friday --location Amsterdam
    obctl reservations export atrium.ics --room Atrium
reservations create
    obctl reservations create --room Atrium --subject Budget --start 'tomorrow 9:00' \
--duration 1h --organizer anna@contoso.example
    obctl reservations create --room Atrium --subject Stand-up --start 'monday 9:00' \
--duration 15m --organizer anna@contoso.example --repeat 'FREQ=WEEKLY;COUNT=10'
reservations change
    obctl reservations change 17 --room Forum
    obctl reservations change 17 --notes 'U-shape' --attendees 12 --scope following
    obctl reservations change 17 --start 'tomorrow 10:00' --scope following
reservations cancel
    obctl reservations cancel 17 --note 'the offer was withdrawn'
    obctl reservations cancel 17 --scope all --yes
services add
    obctl services add 17 --kind catering --description Lunch --quantity 8
    obctl services add 17 --kind visitor --description 'Bo Lind, Fabrikam'
services list
    obctl services list --on tomorrow --kind catering --location Amsterdam
    obctl services list --on today --kind visitor --html visitors.html
    obctl services list 17
services cancel
    obctl services cancel 51
    obctl services cancel 51 52 --yes
services move
    obctl services move 51 52 --to 18
    obctl services move 51 --to 18 --yes --by mia
cancellations list
    obctl cancellations list
    obctl cancellations list --status all --room Atrium --sort -requested_at
cancellations show
    obctl cancellations show 3
    obctl cancellations show 3 -o json
cancellations status
    obctl cancellations status 3
    obctl cancellations status 3 -o json
cancellations approve
    obctl cancellations approve 3 --note 'asked Anna'
    obctl cancellations approve --cause retention-purged
cancellations reject
    obctl cancellations reject 3 --push-back
    obctl cancellations reject 3 4 --note 'the meeting takes place'
log search
    obctl log search --email anna@contoso.example --from monday
    obctl log search --action 'cancellation.*' --room Atrium --date yesterday
    obctl log search --reservation 17 -o jsonl --fields at,action,message
log tail
    obctl log tail -f
    obctl log tail -n 50 -f -o jsonl --fields at,action,room
log show
    obctl log show 4711
    obctl log show 4711 --payload
log event
    obctl log event AAMkAGI1AAA=
    obctl log event AAMkAGI1AAA= -o json
log at
    obctl log at '2026-10-19 09:00' --room Atrium --day 2026-10-21
    obctl log at 2026-10-19T07:00:00Z --room Atrium -o json
log replay
    obctl log replay --into then.db --until '2026-10-19 09:00'
    obctl log replay --into again.db
log export
    obctl log export log.jsonl
    obctl log export log.jsonl --mask            # for somebody else
log prune
    obctl log prune --older-than 400d
    obctl log prune --older-than 400d --yes
bundle create
    obctl bundle create lunch.bundle 17
    obctl bundle create atrium.bundle --room Atrium --day yesterday
    obctl bundle create night.bundle --run 20261019T010000-4711
bundle open
    obctl bundle open lunch.bundle
    obctl bundle open lunch.bundle -- explain 17
    obctl bundle open atrium.bundle -o json
store path
    obctl store path
    sqlite3 "$(obctl store path)" .tables
store backup
    obctl store backup monday.db
    obctl --company contoso store backup contoso.db
store restore
    obctl store restore monday.db
    obctl store restore monday.db --yes -o json
store compact
    obctl store compact
    obctl store compact -o json
store check
    obctl store check
    obctl store check --replay                   # rebuilt from its record, and compared
    obctl store check -o json
store schema
    obctl store schema
    obctl store schema -o csv --fields table,column,type
config show
    obctl config show
    obctl config show --fields key,value,from --sort from
config get
    obctl config get sync.future_days
    obctl config get sync.future_days -o json
config set
    obctl config set sync.ignore_cancellation_requests true
    obctl config set company.time_zone Europe/Amsterdam --by mia
config unset
    obctl config unset sync.future_days
    obctl config unset sync.heartbeat_url --by mia
config path
    obctl config path
    "$EDITOR" "$(obctl config path)"
config grants
    obctl config grants
    obctl config grants --mapped-only --person anna@contoso.example
sandbox serve
    obctl sandbox serve
    obctl sandbox serve --port 8100 --tenant tenant.toml --clock 2026-10-19T05:30:00Z
sandbox status
    obctl sandbox status
    obctl sandbox status --url http://127.0.0.1:8100 -o json
sandbox token
    obctl sandbox token
    obctl sandbox token --url http://127.0.0.1:8100
sandbox clock
    obctl sandbox clock +8h
    obctl sandbox clock 2026-10-20T02:00:00Z
sandbox trigger
    obctl sandbox trigger cancelled --room atrium@contoso.example
    obctl sandbox trigger missed --room atrium@contoso.example
sandbox fault
    obctl sandbox fault throttled --times 3
    obctl sandbox fault throttled --room Atrium --share 0.1 --seed 7
sandbox clear-faults
    obctl sandbox clear-faults
    obctl sandbox clear-faults --url http://127.0.0.1:8100
sandbox scenarios
    obctl sandbox scenarios
    obctl sandbox scenarios --sort cause --fields cause,title
sandbox play
    obctl sandbox play all-day-boundary.toml
    obctl sandbox play all-day-boundary.toml -o json
graph get
    obctl graph get /users/atrium@contoso.example/calendar
    obctl graph get '/users/atrium@contoso.example/events?$top=1'
"""


def _read(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.startswith(" "):
            lines.append(line.strip())
        else:
            lines = found.setdefault(line, [])
    return {command: tuple(lines) for command, lines in found.items()}


EXAMPLES = _read(_TEXT)
"""A command, and its lines."""
