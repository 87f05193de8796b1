# shellcheck shell=bash disable=SC2154
# Asks a PostgreSQL server that is not the machine's own whether products can have databases there.
# Parameters: url, connection (of the administrator: libpq's environment), extensions, secrets_revision (another one: asked anew).
# Django 5.2 asks for PostgreSQL 14.
missing=$(
    env "${connection[@]}" psql -wXAtq -v ON_ERROR_STOP=1 -v extensions="${extensions[*]}" -f - 2>&1 <<'SQL'
select format('it is PostgreSQL %s, and 14 is the least', current_setting('server_version'))
    where current_setting('server_version_num')::int < 140000
union all
select format('it does not have the extension %s', name) from unnest(string_to_array(:'extensions', ' ')) as name
    where name not in (select name from pg_available_extensions)
union all
select format('its user %s may not make databases and users (CREATEDB, CREATEROLE)', rolname) from pg_roles
    where rolname = current_user and not rolsuper and not (rolcreatedb and rolcreaterole)
SQL
) || fail "PostgreSQL at $url does not let this machine in: $(tr -s '\n\t ' ' ' <<<"$missing" | cut -c 1-400)" \
    "postgresql.url, postgresql.password and postgresql.authority say where it is, and who signed its certificate. It must be reachable from the machine, too."
[ -z "$missing" ] || fail "no database can be made in PostgreSQL at $url: $(paste -sd ';' <<<"$missing")" \
    "Its administrator puts that right."
