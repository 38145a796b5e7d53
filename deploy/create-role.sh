#!/bin/sh
# Run once by the postgres image, on an empty data folder: the role that Yogo is in the database.
# It is no superuser, so that the triggers that write the history bind it.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$YOGO_DATABASE_PASSWORD" \
    --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE yogo LOGIN PASSWORD :'password';
CREATE DATABASE yogo OWNER yogo;
SQL
