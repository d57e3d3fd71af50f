#!/bin/sh
# Archive the company log with what Outlook really said, then remove what is old from the store.
#   log_archive.sh contoso /var/backups/obctl 400d
# The archive is written whole before anything is removed, and no archive ever replaces another.
set -eu
company=$1
folder=$2
keep=${3:-400d}
umask 077

name="$folder/$company-log-$(date -u +%Y%m%dT%H%M%SZ)-$$.jsonl"
test ! -e "$name" && test ! -e "$name.gz"
obctl --company "$company" log export "$name"
gzip "$name"
gzip --test "$name.gz"
sync "$name.gz" "$folder"
obctl --company "$company" log prune --older-than "$keep" --yes
