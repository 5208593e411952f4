-- Creates the migrator and one least-privilege role per subgraph: a subgraph's role reads and writes the rows
-- of its own schema, and can do nothing else. Postgres' image runs this once, on an empty data directory. Run it
-- again by hand, as a superuser, to set other passwords; it changes nothing else then:
--   psql --no-psqlrc --dbname lms --file ops/postgres/roles.sql
-- The passwords come from the environment (.env.example names them). Roles are shared by all databases of a
-- server: DB_ROLE_PREFIX tells a second installation's apart.
\set ON_ERROR_STOP on
\set QUIET on
\set migrator_password ''
\set learning_password ''
\set commerce_password ''
\set content_password ''
\set insights_password ''
\set role_prefix ''
\getenv migrator_password MIGRATOR_DB_PASSWORD
\getenv learning_password LEARNING_DB_PASSWORD
\getenv commerce_password COMMERCE_DB_PASSWORD
\getenv content_password CONTENT_DB_PASSWORD
\getenv insights_password INSIGHTS_DB_PASSWORD
\getenv role_prefix DB_ROLE_PREFIX

BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL pcc.migrator_password = :'migrator_password';
SET LOCAL pcc.learning_password = :'learning_password';
SET LOCAL pcc.commerce_password = :'commerce_password';
SET LOCAL pcc.content_password = :'content_password';
SET LOCAL pcc.insights_password = :'insights_password';
SET LOCAL pcc.role_prefix = :'role_prefix';

DO $$
DECLARE
  subgraphs CONSTANT text[] := ARRAY['learning', 'commerce', 'content', 'insights'];
  extensions CONSTANT text[] := ARRAY['vector', 'pg_trgm', 'unaccent', 'citext', 'pgcrypto'];
  prefix CONSTANT text := current_setting('pcc.role_prefix');
  migrator CONSTANT text := prefix || 'migrator';
  subgraph text;
  extension text;
  person text;
  password text;
BEGIN
  FOREACH subgraph IN ARRAY array_prepend('migrator', subgraphs) LOOP
    person := prefix || subgraph;
    password := current_setting('pcc.' || subgraph || '_password');
    IF password = '' THEN
      RAISE EXCEPTION '%_DB_PASSWORD is not set', upper(subgraph);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = person) THEN
      EXECUTE format('CREATE ROLE %I', person);
    END IF;
    EXECUTE format(
      'ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L',
      person, password
    );
  END LOOP;

  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  -- CREATE: schemas, and extensions that a later migration needs.
  EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO %I', current_database(), migrator);

  -- Extensions live in public, where every role may use (not change) their types and functions.
  REVOKE ALL ON SCHEMA public FROM PUBLIC;
  GRANT USAGE ON SCHEMA public TO PUBLIC;
  FOREACH extension IN ARRAY extensions LOOP
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = extension) THEN
      EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA public', extension);
    ELSE
      RAISE WARNING 'the extension % is not installed on this server', extension;
    END IF;
  END LOOP;

  FOREACH subgraph IN ARRAY subgraphs LOOP
    person := prefix || subgraph;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), person);
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', subgraph, migrator);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', subgraph, person);
    -- What is there already, and what migrations will make.
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', subgraph, person);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', subgraph, person);
    EXECUTE format(
      'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I',
      migrator, subgraph, person
    );
    EXECUTE format(
      'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT USAGE ON SEQUENCES TO %I',
      migrator, subgraph, person
    );
    -- The ledger of migrations is the migrator's to write; it revokes this itself when it makes the table.
    IF to_regclass(format('%I._prisma_migrations', subgraph)) IS NOT NULL THEN
      EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %I._prisma_migrations FROM %I', subgraph, person);
    END IF;
  END LOOP;
END
$$;
COMMIT;
