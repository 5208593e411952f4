#!/usr/bin/env bash
# Creates the migrator and one least-privilege role per subgraph. Postgres' image runs this once, on an
# empty data directory; it may be run again by hand. A subgraph's role reads and writes rows of its own
# schema and can do nothing else: no DDL, no other schema.
set -euo pipefail

psql=(psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB")

create_role() { # name password
  "${psql[@]}" --set name="$1" --set password="$2" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'name', :'password') \gexec
SQL
}

create_role migrator "$MIGRATOR_DB_PASSWORD"
"${psql[@]}" --set database="$POSTGRES_DB" <<'SQL'
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'database') \gexec
SELECT format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO migrator', :'database') \gexec
-- Extensions live in public, where every role may use (not change) their types and functions.
CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
SQL

for subgraph in learning commerce content insights; do
  password="${subgraph^^}_DB_PASSWORD"
  create_role "$subgraph" "${!password}"
  "${psql[@]}" --set role="$subgraph" --set database="$POSTGRES_DB" <<'SQL'
SELECT format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION migrator', :'role') \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', :'database', :'role') \gexec
SELECT format('GRANT USAGE ON SCHEMA %I TO %I', :'role', :'role') \gexec
SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', :'role', :'role') \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', :'role', :'role') \gexec
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA %I GRANT USAGE ON SEQUENCES TO %I', :'role', :'role') \gexec
SQL
done
