#!/usr/bin/python3
"""db/migrations/NNNN_name.sql → one C table for both databases. Usage: embed_migrations.py TARGET SOURCE…

A migration is written for PostgreSQL. SQLite gets the same text with the types of `TYPES` (only where a type stands, so a
column may be called "date") and every table `strict`. What exists on one side only stands between lines of its own:

    -- only postgres            or: -- only sqlite
    …
    -- end

New books on SQLite don't walk all steps: `whole_sqlite` is what the steps leave, found by running them here, at build time, and asking SQLite
what there is now. So there is one truth, the steps; a test compares both.

The checksum is the SHA-256 of the file as written: a migration that ran is never changed again. Refused: a file name
without number and name, a number twice, a type that SQLite has no match for, a section that is not closed.
"""
import hashlib, pathlib, re, sqlite3, sys

TYPES = {'bigint': 'integer', 'date': 'text', 'boolean': 'integer', 'bytea': 'blob', 'smallint': 'integer'}
# A type follows a column's name or `as`; after these words a name of ours stands, not a type.
BEFORE_NAMES = set('select by and or on not where column table index view references key from set returning distinct exists '
                   'into update default then else when case having group order unique check constraint to using is in like between'.split())
FOREIGN = set('serial bigserial jsonb json uuid timestamp timestamptz numeric decimal money real float varchar char interval inet tsvector'.split())
TOKEN = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\w+|\s+|.)", re.S)

LITERAL = re.compile(r"'(?:[^']|'')*'")
CHECKED_LIST = re.compile(r"\bcheck \((\w+) in \(((?:'(?:[^']|'')*'(?:,\s*)?)+)\)\)")


class Refused(Exception):
    pass


def sections(name, text):
    """(PostgreSQL's text, SQLite's text before translation)"""
    sides, only = {'postgres': [], 'sqlite': []}, None
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.fullmatch(r'-- (only (\w+)|end)\s*', line)
        if mark:
            if mark[2] and (only or mark[2] not in sides) or not mark[2] and not only:
                raise Refused(f'{name}:{number}: "{line}" does not belong here')
            only = mark[2]
            continue
        for side in sides:
            if only in (None, side): sides[side].append(line)
    if only: raise Refused(f'{name}: "-- only {only}" without "-- end"')
    return '\n'.join(sides['postgres']) + '\n', '\n'.join(sides['sqlite']) + '\n'


def for_sqlite(name, text):
    out, before, statement, depth = [], '', [], 0
    for token in TOKEN.findall(text):
        word = token.lower()
        if token[0].isspace() or token.startswith(('--', '/*')):
            out.append(token)
            continue
        is_type = before.isidentifier() and before not in BEFORE_NAMES
        if is_type and word in TYPES: token = TYPES[word]
        elif is_type and word in FOREIGN and len(statement) > 2: raise Refused(f'{name}: SQLite has no type {word}')
        depth += {'(': 1, ')': -1}.get(word, 0)
        if word == ';' and depth == 0:
            if statement[:2] == ['create', 'table'] and before in (')', 'rowid'): out.append(' strict' if before == ')' else ', strict')
            statement = []
        else: statement.append(word)
        out.append(token)
        before = word
    return CHECKED_LIST.sub(one_of, ''.join(out))


def one_of(found):
    """check (kind in ('a', 'b', 'c')) → check (kind = 'a' or …): for a list of three or more SQLite makes a table in memory at every insert."""
    return 'check (' + ' or '.join(f'{found[1]} = {value}' for value in LITERAL.findall(found[2])) + ')'


def c_string(text):
    lines = text.rstrip('\n').split('\n')
    return '\n        '.join('"' + line.replace('\\', '\\\\').replace('"', '\\"').replace('\t', '\\t') + '\\n"' for line in lines)


def quoted(value):
    if isinstance(value, bytes): return "x'%s'" % value.hex()
    return 'null' if value is None else "'%s'" % value.replace("'", "''") if isinstance(value, str) else repr(value)


def whole(steps):
    """What all steps together leave in empty books, as one script: tables, indexes and triggers in the order in which they were made, and the rows."""
    books = sqlite3.connect(':memory:', isolation_level=None)
    for name, text in steps:
        try:
            books.executescript(text)
        except sqlite3.Error as error:
            raise Refused(f'{name}: SQLite says: {error}')
    made = books.execute('select type, name, sql from sqlite_schema where sql is not null order by rowid').fetchall()
    tables, rows = [name for kind, name, _ in made if kind == 'table'], []
    for name in tables:
        if name.startswith('sqlite_'): raise Refused(f'the steps leave {name}')
        for row in books.execute(f'select * from "{name}"'): rows.append(f'insert into "{name}" values ({", ".join(map(quoted, row))})')
    first = [sql for kind, _, sql in made if kind == 'table']
    last = [sql for kind, _, sql in made if kind == 'trigger']
    between = [sql for kind, _, sql in made if kind not in ('table', 'trigger')]
    return ';\n'.join(first + between + rows + last) + ';\n'


def table(paths):
    rows, last, steps = [], 0, []
    for path in sorted(pathlib.Path(p) for p in paths):
        named = re.fullmatch(r'(\d{4})_([a-z0-9_]+)\.sql', path.name)
        if not named: raise Refused(f'{path}: a migration is called 0001_what_it_does.sql')
        if int(named[1]) <= last: raise Refused(f'{path}: number {named[1]} is taken')
        last = int(named[1])
        text = path.read_text(encoding='utf-8')
        postgres, sqlite = sections(path.name, text)
        steps.append((path.name, for_sqlite(path.name, sqlite)))
        rows.append('    { %d, "%s", "%s",\n      /* PostgreSQL */\n        %s,\n      /* SQLite */\n        %s },' % (
            last, named[2], hashlib.sha256(text.encode()).hexdigest(), c_string(postgres), c_string(steps[-1][1])))
    return '\n'.join(['/* Generated from db/migrations by tools/embed_migrations.py. Do not edit. */', '#pragma once', '#include <stddef.h>', '',
                      'struct migration { int number; const char *name, *checksum, *postgres, *sqlite; };',
                      'static const struct migration migrations[] = {', *rows, '};',
                      'static const size_t migration_count = %d;' % len(rows),
                      '/* What all of them leave in new books on SQLite. */', 'static const char whole_sqlite[] =', '        ' + c_string(whole(steps)) + ';']) + '\n'


if __name__ == '__main__':
    try:
        made = table(sys.argv[2:])
    except (Refused, UnicodeDecodeError) as refused:
        sys.exit(str(refused))
    pathlib.Path(sys.argv[1]).write_text(made, encoding='utf-8')
