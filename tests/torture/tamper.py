"""Somebody changes the books beside the program: he has the database, he drops what guards it. `florin verify` must say so. For each row
of TAMPERED: a change of one row, and words of the check that must fail (absent: the hash alone differs from the one the auditor noted)."""
import json, os, shutil, sqlite3, subprocess

TRAIL, ITEMS, RESTS = 'audit trail', 'control account is one open item', 'what is left of each item'
# table, what is set (or delete), of which row, what verify says
TAMPERED = [
    ('audit_row', "changes = changes || ' '", 'number = 3', TRAIL), ('audit_row', 'user_id = user_id + 1', 'number = 3', TRAIL),
    ('audit_row', 'at = at + 1', 'number = 3', TRAIL), ('audit_row', None, 'number = 3', TRAIL), ('audit_head', 'count = count - 1', 'count > 3', TRAIL),
    ('entry_line', 'base_minor = base_minor + 1', 'line_no = 1', 'sums to zero'), ('entry_line', 'amount_minor = amount_minor + 1', 'party_id is not null', ITEMS),
    ('entry_line', 'party_id = party_id + 1', 'party_id is not null', ITEMS), ('entry_line', "description = 'x'", 'line_no = 1', None),
    ('entry', "description = 'x'", 'number = 4', None), ('entry', 'recorded_at = recorded_at + 1', 'number = 4', None),
    ('open_item', 'amount_minor = amount_minor + 1', "kind = 'invoice'", ITEMS), ('open_item', "reference = 'x'", "source_kind = 'invoice'", 'each final invoice'),
    ('allocation_line', 'amount_minor = amount_minor + 1', 'amount_minor > 0', 'allocation sums to zero'), ('allocation_line', None, 'amount_minor > 0', RESTS),
    ('item_rest', 'rest_minor = rest_minor + 1', 'amount_minor > 0', RESTS), ('item_rest', None, 'rest_minor <> 0', RESTS),
    ('due_total', 'rest_base_minor = rest_base_minor + 1', 'item_count > 0', 'totals by due date'), ('due_total', None, 'item_count > 0', 'totals by due date'),
    ('account_month', 'debit_minor = debit_minor + 1', 'line_count > 0', 'monthly totals'), ('account_month', None, 'debit_minor <> credit_minor', 'monthly totals'),
    ('number_given', None, "series = 'entry' and number = 4", 'number series'), ('number_series', 'last_number = last_number + 1', "series = 'entry'", 'number series'),
    ('number_series', None, "series = 'entry'", 'number series'), ('number_given', 'subject_id = subject_id + 1', "series = 'entry' and number = 4", 'its number'),
    ('file_content', "content = FLIPPED", 'byte_count > 100', 'its hash'), ('document', 'byte_count = byte_count + 1', 'byte_count > 100', 'its document'),
    ('document', None, 'byte_count > 100', 'its document'),
    ('bank_line', 'amount_minor = amount_minor + 1', 'amount_minor > 0', 'each bank statement'), ('bank_line', 'base_minor = base_minor + 1', 'amount_minor > 0', 'lines of the bank move'),
    ('bank_line', None, 'amount_minor > 0', 'each bank statement'), ('bank_statement', 'closing_minor = closing_minor + 1', "proof = 'done'", 'each bank statement'),
    ('cash_decision', None, 'amount_minor <> 0', 'suspense account'),
    ('invoice', 'total_minor = total_minor + 1', "state = 'final'", 'each final invoice'), ('invoice', "number = number || 'x'", "state = 'final'", 'each final invoice'),
    ('invoice', 'due_on = DAY_LATER', "state = 'final'", 'each final invoice'), ('invoice_line', 'net_minor = net_minor + 1', 'line_no = 1', 'each final invoice'),
    ('bill', 'payable_minor = payable_minor + 1', "state = 'approved'", 'each approved bill'), ('bill', "currency = 'USD'", "state = 'approved'", 'each approved bill'),
    ('payment', 'amount_minor = amount_minor + 1', "state = 'released'", 'each payment'), ('payment', "iban = 'NL91ABNA0417164300'", "state = 'released'", 'each payment'),
    ('payment', "end_to_end_id = 'x'", "state = 'released'", 'each payment'), ('payment_part', 'amount_minor = amount_minor + 1', 'is_live', 'each payment'),
    ('party_bank', "iban = 'NL91ABNA0417164300'", 'id in (select party_bank_id from payment where entry_id is not null)', 'each payment'),
]


def verified(binary, data, environment):
    done = subprocess.run([binary, '--data', data, 'verify', '--json'], capture_output=True, text=True, timeout=300, env=environment)
    try: said = json.loads(done.stdout)
    except ValueError: return None, [done.stderr.strip().split('\n')[-1][:200]]
    return said['hash'], [check['name'] for company in said['companies'] for check in company['checks'] if not check['holds']]


class Folder:
    """SQLite: each change on a copy."""
    name = 'SQLite'

    def __init__(self, books, place):
        self.books, self.data = books, os.path.join(place, 'tampered')
        os.mkdir(self.data, 0o700)
        if os.path.exists(books + '/florin.key'): shutil.copy(books + '/florin.key', self.data)

    def change(self, table, what, row):
        for end in ('', '-wal', '-shm'):
            if os.path.exists(f'{self.data}/florin.db{end}'): os.unlink(f'{self.data}/florin.db{end}')
        shutil.copy(self.books + '/florin.db', self.data)
        db = sqlite3.connect(self.data + '/florin.db')
        for trigger, in db.execute("select name from sqlite_master where type = 'trigger'").fetchall(): db.execute(f'drop trigger "{trigger}"')
        db.execute('pragma ignore_check_constraints = on')
        key = [name for _, name, *_, place in db.execute(f"select * from pragma_table_info('{table}')") if place] # a table may have no rowid
        found = db.execute(f"select {', '.join(key)} from {table} where {row} limit 1").fetchone() or [None] * len(key)
        this = ' and '.join(f'{name} = ?' for name in key)
        what = what and what.replace('FLIPPED', "cast(substr(content, 1, 50) || X'00' || substr(content, 52) as blob)").replace('DAY_LATER', "date(due_on, '+1 day')")
        changed = db.execute(f'update {table} set {what} where {this}' if what else f'delete from {table} where {this}', found).rowcount
        db.commit()
        db.close()
        return changed

    def undo(self): pass


class Server:
    """PostgreSQL: each change is put right again from what was there."""
    name = 'PostgreSQL'

    def __init__(self, pg, database, data): self.pg, self.database, self.data = pg, database, data

    def change(self, table, what, row):
        what = what and what.replace('FLIPPED', "overlay(content placing '\\x00' from 51 for 1)").replace('DAY_LATER', 'due_on + 1')
        self.table = table
        self.pg.sql(self.database, f'drop table if exists kept; create table kept as select *, ctid as place from {table} where {row} limit 1')
        where = f'where ctid = (select place from kept)'
        return int(self.pg.sql(self.database, "set session_replication_role = replica; with done as (" + (f'update {table} set {what} {where}' if what else f'delete from {table} {where}')
                               + ' returning 1) select count(*) from done').strip())

    def undo(self):
        self.pg.sql(self.database, f"""set session_replication_role = replica; alter table kept drop column place;
            do $$ declare key text; begin
              select string_agg(format('t.%I = k.%I', a.attname, a.attname), ' and ') into key from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
               where i.indrelid = '{self.table}'::regclass and i.indisprimary;
              execute 'delete from {self.table} t using kept k where ' || key;
              insert into {self.table} select * from kept;
            end $$; drop table kept""")


def tamper(check, binary, environment, books):
    noted, wrong = verified(binary, books.data if books.name == 'PostgreSQL' else books.books, environment)
    check(f'tampering on {books.name}: the books prove before', noted and not wrong, wrong)
    for table, what, row, says in TAMPERED:
        changed = books.change(table, what, row)
        now, wrong = verified(binary, books.data, environment)
        seen = any(says in name for name in wrong) if says else now != noted
        check(f'tampering on {books.name}: {table}, {what or "a row removed"}: {says or "another hash"}', changed == 1 and seen, f'{changed} rows changed, {wrong}')
        books.undo()
    if books.name == 'PostgreSQL':
        again, wrong = verified(binary, books.data, environment)
        check('tampering on PostgreSQL: all put back, the same hash again', again == noted and not wrong, wrong)
