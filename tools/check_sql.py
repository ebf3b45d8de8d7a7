#!/usr/bin/python3
"""Holds the SQL of the rooms to the house's promises. Usage: check_sql.py [ROOT]

Every statement that touches a table (or view) with a company_id column names :company_id, or says why not in a comment of its
own: `-- across companies: why`. A table belongs to the room its migration is named after (0006_ledger.sql); the ledger's are
named by src/ledger only, or a statement says `-- reads the ledger: why` and does not write them. A statement's name is used
once in the whole house, and by some C file.
"""
import pathlib, re, sys
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import embed_migrations, embed_sql

WORD = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/|:\w+|\"[^\"]+\"|[\w.]+|[(),;]|\S", re.S)
OPENS = {'from', 'join', 'into', 'update', 'using', 'table'}
CLOSES = set('where on set select group order having limit values returning union except intersect window offset for conflict'.split())
EXCUSE = re.compile(r'-- across companies: \S')
READS_LEDGER = re.compile(r'-- reads the ledger: \S')


def words(text):
    return [w.lower().strip('"') for w in WORD.findall(text) if not w.startswith(('--', '/*'))]


def company_tables(migrations):
    """(names of tables and views with a company_id, {table: name of its migration}) after [(name, PostgreSQL's text)] in order."""
    with_company, owner = set(), {}
    for migration, text in migrations:
        for statement in re.split(r';\s*\n', text):
            w = words(statement)
            made = re.match(r'create( temporary| temp| unlogged| virtual| materialized| or replace)* (table|view)( if not exists)? ', ' '.join(w))
            if made:
                name = w[len(made[0].split())]
                owner[name] = migration
                if 'company_id' in {part.split('.')[-1] for part in w}: with_company.add(name)
            elif w[:2] == ['alter', 'table'] and 'company_id' in w and ('add' in w): with_company.add(w[2])
            elif w[:2] == ['drop', 'table'] and len(w) > 2:
                with_company.discard(w[-1])
                owner.pop(w[-1], None)
    return with_company, owner


def touched(body):
    """{table: written?} of one statement: the names where a table stands. Names of `with` are among them; they are nobody's table."""
    found, depth, open_at, before, writes = {}, 0, None, '', False
    for word in words(body):
        if word == '(': depth += 1
        elif word == ')':
            depth -= 1
            if open_at is not None and depth < open_at: open_at = None
        elif before in OPENS or before == ',' and open_at == depth:
            if re.fullmatch(r'[a-z_][\w.]*', word) and word not in CLOSES and word not in ('only', 'lateral'):
                found[word] = found.get(word, False) or writes
        if word in OPENS: open_at, writes = depth, word in ('into', 'update') or (word == 'from' and before == 'delete')
        elif word in CLOSES: open_at = None
        if word != 'only': before = word
    return found


def check_statement(where, room, body, company, ledgers):
    tables, wrong = touched(body), []
    theirs = sorted(t for t in tables if t in company)
    if theirs and ':company_id' not in words(body) and not EXCUSE.search(body):
        wrong.append(f'{where}: touches {", ".join(theirs)} and does not name :company_id (or say "-- across companies: why")')
    for table in sorted(t for t in tables if t in ledgers and room != 'ledger'):
        if tables[table]: wrong.append(f'{where}: only the ledger writes {table}')
        elif not READS_LEDGER.search(body): wrong.append(f'{where}: {table} is the ledger\'s; ask it, or say "-- reads the ledger: why"')
    return wrong


def main(root):
    wrong, names, count = [], {}, 0
    try:
        migrations = [(p.stem[5:], embed_migrations.sections(p.name, p.read_text(encoding='utf-8'))[0])
                      for p in sorted((root / 'db/migrations').glob('*.sql'))]
        company, owner = company_tables(migrations)
        ledgers = {table for table, migration in owner.items() if migration.split('_')[0] == 'ledger'}
        code = '\n'.join(p.read_text(encoding='utf-8') for where in ('src', 'tests') for p in sorted((root / where).rglob('*.c')))
        used = set(re.findall(r'\bsql_(\w+)', code))
        for path in sorted((root / 'src').rglob('*.sql')):
            within, room = path.relative_to(root), path.relative_to(root).parts[1]
            for name, _, line, body in embed_sql.statements(str(within), path.read_text(encoding='utf-8')):
                where, count = f'{within}:{line}: {name}', count + 1
                embed_sql.compile_statement(where, body)
                if names.setdefault(name, where) != where: wrong.append(f'{where}: the name stands at {names[name]} already')
                if name not in used: wrong.append(f'{where}: no C file uses sql_{name}')
                wrong += check_statement(where, room, body, company, ledgers)
    except (embed_sql.Refused, embed_migrations.Refused) as refused:
        wrong.append(str(refused))
    print('\n'.join(wrong) or f'sql: {count} statements, {len(company)} tables of companies')
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.')))
