#!/usr/bin/python3
"""db/migrations/*.sql → every table with its columns and their kinds, in an order in which no row points at one that is still to
come: what copying books from one database to another reads. Usage: embed_tables.py TARGET SOURCE…

The migrations are run in a SQLite of their own, with the types as they are written, and its catalogue is read. Refused: a type
that has no kind, a table without a primary key, tables that point at each other in a ring.
"""
import pathlib, sqlite3, sys
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import embed_migrations

KINDS = {'bigint': 'VALUE_INT', 'smallint': 'VALUE_INT', 'boolean': 'VALUE_BOOL', 'text': 'VALUE_TEXT', 'bytea': 'VALUE_BYTES', 'date': 'VALUE_DATE'}
NOT_COPIED = {'db_migration'}  # of the books themselves: each makes its own


class Refused(Exception):
    pass


def read(paths):
    """{table: ([(column, kind)], {tables it points at})}"""
    db = sqlite3.connect(':memory:')
    for path in sorted(pathlib.Path(p) for p in paths):
        db.executescript(embed_migrations.sections(path.name, path.read_text(encoding='utf-8'))[1])
    tables = {}
    for (name,) in db.execute("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name"):
        if name in NOT_COPIED: continue
        columns = list(db.execute(f'pragma table_info({name})'))
        if not any(c[5] for c in columns): raise Refused(f'{name}: no primary key')
        for c in columns:
            if c[2].lower() not in KINDS: raise Refused(f'{name}.{c[1]}: a {c[2]} cannot be copied')
        points = {row[2] for row in db.execute(f'pragma foreign_key_list({name})')} - {name}
        tables[name] = ([(c[1], KINDS[c[2].lower()]) for c in columns], points)
    return tables


def ordered(tables):
    out = []
    while len(out) < len(tables):
        ready = sorted(t for t in tables if t not in out and tables[t][1] <= set(out))
        if not ready: raise Refused('these tables point at each other in a ring: ' + ', '.join(sorted(set(tables) - set(out))))
        out += ready
    return out


def table(paths):
    tables = read(paths)
    lines = ['/* Generated from db/migrations by tools/embed_tables.py. Do not edit. */', '#pragma once', '#include "db/engine.h"', '']
    for name in ordered(tables):
        columns = ''.join(f' {{ "{column}", {kind} }},' for column, kind in tables[name][0])
        lines.append(f'static const struct copy_column copy_{name}[] = {{{columns} }};')
    lines += ['static const struct copy_table copy_tables[] = {']
    lines += [f'    {{ "{name}", copy_{name}, {len(tables[name][0])} }},' for name in ordered(tables)]
    lines += ['};']
    return '\n'.join(lines) + '\n'


if __name__ == '__main__':
    try:
        made = table(sys.argv[2:])
    except (Refused, embed_migrations.Refused, sqlite3.Error) as refused:
        sys.exit(f'embed_tables: {refused}')
    pathlib.Path(sys.argv[1]).write_text(made, encoding='utf-8')
