"""A register of a million: the institutions of a smaller one several times over, each with an id and a name of its own.

Only the tables that answer questions are filled: histories are those of the first. To import a million takes hours, and adds
nothing to what is measured of reads.
"""

import sqlite3

# What the name of a copy has behind it, as SQL.
TAIL = "' ' || n"
# Tables with rows of institutions, and what stands in them beside whose it is.
FOLLOWING = [
    ("institution_key", ["scheme", "value"]),
    ("institution_service", ["kind"]),
]
SUMS = ["institutions", "capacity", "residents_in", "residents_out"]


def times_over(database, times):
    """Makes so many institutions out of each that is there."""
    if database.cluster:
        _in_postgresql(database.cluster, times)
    else:
        _in_sqlite(database.file(), times)


def statements(times, columns, copied, document):
    """SQL that copies all, but for what is told of triggers. `copied` gives the id of a copy, `document` its document."""
    numbers = f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {times - 1}) SELECT n FROM c) AS c"
    own = {"id": copied("id"), "code": "NULL", "name": f"name || {TAIL}", "name_key": f"name_key || {TAIL}"}
    own |= {"document": document, "sealed_contacts": "'[]'"}
    shown = ", ".join(own.get(column, column) for column in columns)
    # The copies are institutions too as soon as they are there.
    yield "CREATE TEMPORARY TABLE copied AS SELECT id FROM institution WHERE deleted_at IS NULL"
    yield (
        f"INSERT INTO institution ({', '.join(columns)}) SELECT {shown} "
        f"FROM institution, {numbers} WHERE id IN (SELECT id FROM copied)"
    )
    for table, kept in FOLLOWING:
        yield (
            f"INSERT INTO {table} ({', '.join(kept)}, institution_id) SELECT {', '.join(kept)}, {copied('institution_id')} "
            f"FROM {table}, {numbers} WHERE institution_id IN (SELECT id FROM copied)"
        )
    yield (
        f"INSERT INTO search_word (record_kind, word, record_id) SELECT record_kind, word, {copied('record_id')} "
        f"FROM search_word, {numbers} WHERE record_kind = 'institution' AND record_id IN (SELECT id FROM copied)"
    )
    for table in ["institution_figure", "institution_summand"]:
        yield f"UPDATE {table} SET " + ", ".join(f"{name} = {name} * {times}" for name in SUMS)


def _in_sqlite(file, times):
    with sqlite3.connect(file) as connection:
        # Nobody else has the file, and it is made anew if this is cut off.
        for pragma in ["journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000"]:
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("copied", 2, lambda id, n: id[:8] + bytes([0xC0 + n]) + id[9:], deterministic=True)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(institution)")]
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name = 'institution' AND type = 'trigger'")
        triggers = triggers.fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        text = "lower(substr(hex(x), 1, 8) || '-' || substr(hex(x), 9, 4) || '-' || substr(hex(x), 13, 4) || '-' || "
        text += "substr(hex(x), 17, 4) || '-' || substr(hex(x), 21))"
        document = (
            f"json_set(document, '$.id', {text.replace('x)', 'copied(id, n))')}, '$.code', NULL, "
            f"'$.profile.name', name || {TAIL})"
        )
        for statement in statements(times, columns, lambda id: f"copied({id}, n)", document):
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _in_postgresql(cluster, times):
    columns = cluster.sql(
        "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute "
        "WHERE attrelid = 'institution'::regclass AND attnum > 0 AND NOT attisdropped"
    ).split(",")
    copied = lambda id: f"overlay({id}::text placing to_hex(192 + n) from 20 for 2)::uuid"
    document = (
        f"regexp_replace(regexp_replace(replace(document, id::text, {copied('id')}::text), "
        "'\"code\":\"[^\"]*\"', '\"code\":null'), '(\"profile\":{\"name\":\"(?:[^\"\\\\]|\\\\.)*)\"', '\\1 ' || n || '\"')"
    )
    all_of_it = [
        "ALTER TABLE institution DISABLE TRIGGER USER",
        *statements(times, columns, copied, document),
        "ALTER TABLE institution ENABLE TRIGGER USER",
    ]
    cluster.sql("; ".join(all_of_it))
