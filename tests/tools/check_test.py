"""The checkers: each must see what it is for, and nothing else."""
import atexit, pathlib, shutil, subprocess, sys, tempfile, unittest
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tools'))
import check_po, check_sql, embed_po, format as house_format, tidy


class Tree:
    """A small project in a folder of its own."""
    def __init__(self, **files):
        self.root = pathlib.Path(tempfile.mkdtemp())
        atexit.register(shutil.rmtree, self.root, ignore_errors=True)
        for name, text in files.items(): self.put(name, text)

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')

    def run(self, tool):
        done = subprocess.run([sys.executable, ROOT / 'tools' / tool], cwd=self.root, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Tidy(unittest.TestCase):
    def wrong(self, path, text):
        return tidy.check_file(pathlib.Path(path), text)[0]

    def function(self, lines):
        return 'static int f(int a,\n             int b)\n{\n' + '    a++;\n' * (lines - 4) + '}\n'

    def test_functions(self):
        self.assertEqual(tidy.functions(self.function(70).split('\n')), [(1, 'f', 70)])
        self.assertEqual(tidy.check_file(pathlib.Path('a.c'), self.function(70)), ([], []))
        self.assertEqual(len(tidy.check_file(pathlib.Path('a.c'), self.function(71))[1]), 1)
        self.assertRegex(self.wrong('a.c', self.function(91))[0], 'f is 91 lines')

    def test_files_marks_space(self):
        self.assertEqual(self.wrong('a.py', 'a\n' * 800), [])
        self.assertRegex(self.wrong('a.py', 'a\n' * 801)[0], '801 lines')
        self.assertRegex(self.wrong('a.c', '/* TO' 'DO: later */\n')[0], 'finish it')
        self.assertRegex(self.wrong('a.sql', 'select 1 \n')[0], 'white space')
        self.assertRegex(self.wrong('a.c', '\tint a;\n')[0], 'tab')
        self.assertRegex(self.wrong('a.c', 'int a;')[0], 'does not end')

    def test_headers_and_rooms(self):
        self.assertRegex(self.wrong('a.h', '#pragma once\n')[0], 'comment')
        self.assertEqual(self.wrong('a.h', '/* What it is. */\n#pragma once\n'), [])
        tree = Tree(**{'src/a/a.c': 'int a;\n', 'src/b/README.md': 'b\n', 'src/b/b.c': 'int b;\n'})
        status, said = tree.run('tidy.py')
        self.assertEqual((status, said.strip()), (1, 'src/a: no README.md'))
        tree.put('src/a/README.md', 'a\n')
        self.assertEqual(tree.run('tidy.py'), (0, 'tidy\n'))
        tree.put('src/a/README.md', 'a\n' * 101)
        self.assertEqual(tree.run('tidy.py')[0], 1)


class Sql(unittest.TestCase):
    migrations = [('ledger', 'create table entry (\n company_id bigint not null,\n id bigint\n);\n'),
                  ('bill', 'create table if not exists bill (id bigint, company_id bigint);\ncreate table company (id bigint);\n'
                           'create table late (id bigint);\nalter table late add column company_id bigint;\n')]

    def setUp(self):
        self.company, owner = check_sql.company_tables(self.migrations)
        self.ledgers = {t for t, m in owner.items() if m == 'ledger'}

    def wrong(self, body, room='bill'):
        return check_sql.check_statement('x', room, body, self.company, self.ledgers)

    def test_tables(self):
        self.assertEqual(self.company, {'entry', 'bill', 'late'})
        self.assertEqual(self.ledgers, {'entry'})

    def test_company_is_named(self):
        self.assertEqual(self.wrong('select bill from company where id = :id'), [])
        self.assertEqual(self.wrong("select a from bill where company_id = :company_id"), [])
        for body in ('select a from bill', 'select a from company c join bill b on b.id = c.id', 'select a from company c, bill b',
                     'update bill set a = 1', 'insert into bill (id) values (:id)', 'delete from bill where id = :id',
                     'with x as (select id from late) select * from x', "select ':company_id' from bill", 'select a from bill -- :company_id',
                     'select a from company where exists (select 1 from only bill)', 'update company set a = 1 from bill'):
            self.assertEqual(len(self.wrong(body)), 1, body)

    def test_excuses_need_a_reason(self):
        self.assertEqual(self.wrong('-- across companies: sign-in comes before a company\nselect a from bill'), [])
        self.assertEqual(len(self.wrong('-- across companies:\nselect a from bill')), 1)

    def test_the_ledger_is_its_own(self):
        self.assertEqual(self.wrong('select 1 from entry where company_id = :company_id', 'ledger'), [])
        self.assertEqual(len(self.wrong('select 1 from entry where company_id = :company_id')), 1)
        self.assertEqual(self.wrong('-- reads the ledger: a report\nselect 1 from entry where company_id = :company_id'), [])
        for write in ('delete from entry where company_id = :company_id', 'update entry set a = 1 where company_id = :company_id',
                      'insert into entry (company_id) values (:company_id)'):
            self.assertRegex(self.wrong('-- reads the ledger: no\n' + write)[0], 'only the ledger writes')

    def test_on_conflict_do_update_is_no_table(self):
        self.assertEqual(check_sql.touched('insert into bill (a, entry) values (1, 2) on conflict (a) do update set entry = 1'), {'bill': True})

    def test_whole_tree(self):
        tree = Tree(**{'db/migrations/0001_bill.sql': 'create table bill (company_id bigint);\n',
                       'src/bill/bill.sql': '-- name: bill_a\nselect 1 from bill where company_id = :company_id;\n', 'src/bill/bill.c': 'use(&sql_bill_a);\n'})
        self.assertEqual(tree.run('check_sql.py'), (0, 'sql: 1 statements, 1 tables of companies\n'))
        tree.put('src/cash/cash.sql', '-- name: bill_a\nselect 1;\n-- name: cash_b\nselect 1;\n')
        status, said = tree.run('check_sql.py')
        self.assertEqual(status, 1)
        self.assertIn('the name stands at src/bill/bill.sql:1', said)
        self.assertIn('no C file uses sql_cash_b', said)


class Po(unittest.TestCase):
    def wrong(self, c, po):
        wrong = []
        check_po.check(check_po.sentences('a.c', c), embed_po.entries('nl.po', po), wrong, check_po.texts(c))
        return wrong

    def test_finds_every_shape(self):
        c = '''const struct fault_type a = { FAULT_INVALID, "a.b", "One "
                "{x}." };
        static const struct fault_type b = { .kind = FAULT_DENIED, .code = "a.c", .text = "Two \\"q\\"" };
        /* T("not this") */ // { FAULT_X, "a.no", "nor this" }
        f(T("Three"), "{ FAULT_X"); { FAULT_LIMIT, "a.d", "Four // not a comment" },'''
        self.assertEqual([(code, text) for _, code, text in check_po.sentences('a.c', c)],
                         [('a.b', 'One {x}.'), ('a.c', 'Two "q"'), ('a.d', 'Four // not a comment'), (None, 'Three')])

    def test_complains(self):
        c = '{ FAULT_INVALID, "a.b", "A {x} and {y}" }'
        self.assertEqual(self.wrong(c, 'msgid "A {x} and {y}"\nmsgstr "{y} en {x}"\n'), [])
        self.assertRegex(self.wrong(c, 'msgid "A {x} and {y}"\nmsgstr "{x}"\n')[0], "'x', 'y'.*'x'")
        self.assertRegex(self.wrong(c, 'msgid "A {x} and {y}"\nmsgstr ""\n')[0], 'no Dutch')
        self.assertEqual(self.wrong('', 'msgid "old"\nmsgstr "oud"\n'), ['po/nl.po:1: nothing says this: old'])
        self.assertEqual(self.wrong('names = { "old" };', 'msgid "old"\nmsgstr "oud"\n'), [])
        row = '{ "bill approve", "POST", "/bills/{id}/approve", "bill.approve", A | B, &bill_approve_call, NULL,\n  "Approve a " "bill" },'
        self.assertEqual(self.wrong(row, 'msgid "Approve a bill"\nmsgstr "Keur een factuur goed"\n'), [])
        self.assertRegex(self.wrong(row, '')[0], 'a.c:1: no Dutch.*Approve a bill')
        self.assertRegex(self.wrong(c + '\n' + c, 'msgid "A {x} and {y}"\nmsgstr "{y} en {x}"\n')[0], 'stands at a.c:1')
        self.assertRegex(self.wrong('{ FAULT_INVALID, "noroom", "A" }', 'msgid "A"\nmsgstr "B"\n')[0], 'not a code')


class Rooms(unittest.TestCase):
    def test_order(self):
        tree = Tree(**{'rooms.txt': 'base:\nbill: base\n', 'src/base/a.c': '#include "base/base.h"\n', 'src/bill/b.c': '#include "base/base.h"\n'})
        self.assertEqual(tree.run('check_rooms.py'), (0, 'rooms: in order\n'))
        tree.put('src/base/a.c', '#include "bill/bill.h"\n')
        self.assertRegex(tree.run('check_rooms.py')[1], 'src/base/a.c:1: base may not include bill')
        tree.put('src/base/a.c', '')
        tree.put('src/bill/b.c', '#include "base/base_private.h"\n')
        self.assertEqual(tree.run('check_rooms.py')[0], 1)
        tree.put('rooms.txt', 'bill: base\nbase:\n')
        self.assertRegex(tree.run('check_rooms.py')[1], 'does not come before')

    def test_files_of_a_room(self):
        tree = Tree(**{'rooms.txt': 'base:\nbill: base\n', 'src/base/day.c': '', 'src/base/day_test.c': '', 'src/base/base.h': '', 'src/bill/bill.c': '',
                       'src/base/README.md': '| `day.c`, base.h | days |\n\nSee bill/bill.c, `src/bill/bill.c`, base_*.c and libc.\n'})
        self.assertEqual(tree.run('check_rooms.py'), (0, 'rooms: in order\n'))
        tree.put('src/base/today.c', '')
        self.assertEqual(tree.run('check_rooms.py'), (1, 'src/base/README.md: does not say what today.c is for\n'))
        tree.put('src/base/README.md', '`day.c`, `today.c`, `bill.c`, base/month.h\n')
        self.assertEqual(tree.run('check_rooms.py'), (1, 'src/base/README.md: base/month.h is no file (any more)\nsrc/base/README.md: bill.c is no file (any more)\n'))


class Called(unittest.TestCase):
    def test_every_operation(self):
        tree = Tree(**{'api/openapi.json': '{"paths": {"/a": {"get": {"operationId": "a_list"}, "parameters": [], "post": {"operationId": "a_add"}}}}',
                       'called/gcc-1': 'a_list\na_list\n', 'called/gcc-2': ''})
        def run(): return subprocess.run([sys.executable, ROOT / 'tools/check_called.py', 'called'], cwd=tree.root, capture_output=True, text=True)
        self.assertEqual((run().returncode, run().stdout), (1, 'a_add: no test calls it\n'))
        tree.put('called/gcc-2', 'a_add\n')
        self.assertEqual((run().returncode, run().stdout), (0, 'operations: all 2 called\n'))
        tree.put('called/gcc-2', 'a_add\na_gone\n')
        self.assertIn('a_gone: called, but not in', run().stdout)


class Format(unittest.TestCase):
    def styled(self, before, after):
        return house_format.styled(before, after)

    def test_layout_that_fits_stays(self):
        for before, after in (('struct a { int b; char *c; }; /* why */\n', 'struct a {\n    int b;\n    char *c;\n}; /* why */\n'),
                              ('    int a;    /* columns */\n    int bcd;  /* too */\n', '    int a;   /* columns */\n    int bcd; /* too */\n'),
                              ('    f(a,\n      b);\n', '    f(a, b);\n'), ('#define A(x) \\\n    { x: 1 }\n', '#define A(x) \\\n    {        \\\n        x : 1 \\\n    }\n')):
            self.assertEqual(self.styled(before, after), before)

    def test_what_is_more_than_layout_is_changed(self):
        for before, after in (('int  f(void) { return a+1; }\n', 'int f(void) { return a + 1; }\n'), ('int f(void) {\n    a;\n}\n', 'int f(void)\n{\n    a;\n}\n'),
                              ('if (a)\n  b();\n', 'if (a)\n    b();\n'), ('a = ' + 'b + ' * 40 + 'c;\n', 'a = ' + 'b + ' * 20 + '\n    ' + 'b + ' * 20 + 'c;\n'),
                              ('a; \n', 'a;\n'), ('\n\n\na;\n', '\n\na;\n'), ('if(a) b;\n', 'if (a) b;\n')):
            self.assertEqual(self.styled(before, after), after)

    def test_no_character_is_lost(self):
        before, after = 'a(b,\n  c);\n}\nx=1;\n}\n', 'a(b, c);\n}\nx = 1;\n}\n'
        self.assertEqual(''.join(self.styled(before, after).split()), ''.join(before.split()))

    def test_check_fails_and_changes_nothing(self):
        tree = Tree(**{'.clang-format': (ROOT / '.clang-format').read_text(), 'src/a/a.c': 'int a=1;\n'})
        self.assertEqual(subprocess.run([sys.executable, ROOT / 'tools/format.py', '--check'], cwd=tree.root, capture_output=True).returncode, 1)
        self.assertEqual((tree.root / 'src/a/a.c').read_text(), 'int a=1;\n')
        self.assertEqual(tree.run('format.py')[0], 0)
        self.assertEqual((tree.root / 'src/a/a.c').read_text(), 'int a = 1;\n')


if __name__ == '__main__':
    unittest.main()
