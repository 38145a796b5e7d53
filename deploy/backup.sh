#!/bin/sh
# Backups of the database, which holds everything (original files, models and jobs too).
#   backup.sh         makes one now and then every BACKUP_EVERY_HOURS, for ever
#   backup.sh once    makes one
#   backup.sh check   fails when the newest is older than it should be
# Where from: DATABASE_URL, else PGHOST, PGUSER, PGPASSWORD, PGDATABASE. Where to: BACKUP_FOLDER.
set -eu
umask 077
: "${BACKUP_FOLDER:?}" "${BACKUP_EVERY_HOURS:=24}" "${BACKUP_KEEP_DAYS:=30}"

make_one() {
    name=$BACKUP_FOLDER/yogo-$(date -u +%Y%m%dT%H%M%SZ).dump
    # Under its name only when it is whole and can be read.
    pg_dump ${DATABASE_URL:+"--dbname=$DATABASE_URL"} --format=custom --no-owner \
        --file="$name.part" || return 1
    pg_restore --list "$name.part" >/dev/null || return 1
    mv "$name.part" "$name"
    echo "backup: $name ($(wc -c <"$name") bytes)"
    # Old ones go only after a new one has come.
    find "$BACKUP_FOLDER" -name 'yogo-*.dump*' -mtime "+$BACKUP_KEEP_DAYS" -delete
}

case ${1-} in
once) make_one ;;
check)
    minutes=$((BACKUP_EVERY_HOURS * 60 + 60))
    find "$BACKUP_FOLDER" -name 'yogo-*.dump' -mmin "-$minutes" | grep -q .
    ;;
*)
    while true; do
        make_one || echo "backup: failed; the next attempt is in 10 minutes" >&2
        if sh "$0" check; then sleep "$((BACKUP_EVERY_HOURS * 3600))"; else sleep 600; fi
    done
    ;;
esac
