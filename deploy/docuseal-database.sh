#!/bin/sh
# DocuSeal's own database, with a user who sees nothing of the house's. PostgreSQL's image runs this once, when
# its folder is empty; the password is passed as a variable and quoted by psql.
set -eu
psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set password="$DOCUSEAL_DATABASE_PASSWORD" <<'SQL'
CREATE USER docuseal PASSWORD :'password';
CREATE DATABASE docuseal OWNER docuseal;
REVOKE CONNECT ON DATABASE exodrive FROM PUBLIC;
SQL
