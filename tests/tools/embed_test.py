"""The generators: SQL, migrations, translations, lists of files."""
import pathlib, re, sqlite3, subprocess, sys, tempfile, unittest
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tools'))
import embed_migrations, embed_po, embed_sql


class Sql(unittest.TestCase):
    def compiled(self, body):
        return embed_sql.compile_statement('x.sql:1: x', body)

    def refused(self, text, why):
        with self.assertRaisesRegex(embed_sql.Refused, why): embed_sql.header('x.sql', text)

    def test_fields_become_numbers_and_keep_them(self):
        self.assertEqual(self.compiled('select 1 from t\n where a = :a_1 and b = :b or c = :a_1;'),
                         ('select 1 from t where a = $1 and b = $2 or c = $1', ['a_1', 'b']))

    def test_quotes_are_left_alone(self):
        self.assertEqual(self.compiled("select ':no', 'it''s :no  twice', \":no\" from t where a = :yes"),
                         ("select ':no', 'it''s :no  twice', \":no\" from t where a = $1", ['yes']))

    def test_comments_go_and_do_not_glue(self):
        self.assertEqual(self.compiled("select a -- :gone; it's\n, b/* :gone ; */from t where t.a = '-- kept'"),
                         ("select a , b from t where t.a = '-- kept'", []))

    def test_operators_survive(self):
        self.assertEqual(self.compiled('select a-b, a / b, a->>:k, a||b from t where c<>:c'),
                         ('select a-b, a / b, a->>$1, a||b from t where c<>$2', ['k', 'c']))

    def test_header_escapes_for_c(self):
        made = embed_sql.header('src/bill/bill.sql', '-- a comment first\n-- name: bill_x\nselect "id", \'a\\b\' from bill;\n')
        self.assertIn(r'.text = "select \"id\", ' + r"'a\\b' from bill" + '"', made)
        self.assertIn('sql_bill_x_params[] = { NULL };', made)
        self.assertIn('.param_count = 0 }', made)

    def test_parts_are_put_in(self):
        made = embed_sql.header('x.sql', '-- part: xs\na, b -- both\n-- part: these\nfrom x where {:xs} <> (1)\n'
                                '-- name: q\nselect {xs}, {t.xs} {these};\n-- name: u\nupdate x set {xs = :};\n')
        self.assertIn('"select a, b, t.a, t.b from x where $1, $2 <> (1)"', made)
        self.assertIn('"update x set a = $1, b = $2"', made)
        self.assertNotIn('sql_xs', made)
        self.refused('-- name: q\nselect {none};\n', 'x.sql:1: q: no part none')
        self.refused('-- part: p\na + 1\n-- name: q\nselect {t.p};\n', 'p is not a list of columns')

    def test_attributes_become_flags(self):
        made = embed_sql.header('x.sql', '-- name: x [once stream]\nselect 1\n')
        self.assertIn('.flags = SQL_ONCE | SQL_STREAM }', made)

    def test_refusals_name_the_line(self):
        self.refused('select 1;\n', r'x.sql:1: text before')
        self.refused('\n-- name: a\nselect 1;\n-- name: a\nselect 2;\n', r'x.sql:4: a is named before, on line 2')
        self.refused('-- name: a\n-- nothing\n', 'an empty statement')
        self.refused('-- name: a\nselect 1; select 2;\n', 'a second statement')
        self.refused('-- name: a\nselect 1;select 2\n', 'a second statement')
        self.refused('-- name: a\nselect :a::text\n', 'cast')
        self.refused("-- name: a\nselect 'open\n", 'an open')
        self.refused('-- name: a\nselect :Upper\n', 'not a field')
        self.refused('-- name: 1a\nselect 1\n', 'not a name')
        self.refused('-- name: a b\nselect 1\n', 'attributes')


class Migrations(unittest.TestCase):
    def sqlite(self, text):
        return embed_migrations.for_sqlite('0001_x.sql', embed_migrations.sections('0001_x.sql', text)[1])

    def test_types_and_strict(self):
        self.assertEqual(self.sqlite('create table t (\n  a bigint not null, b date, c boolean, d bytea, e smallint, f text\n);\n'),
                         'create table t (\n  a integer not null, b text, c integer, d blob, e integer, f text\n) strict;\n')

    def test_a_column_may_be_called_like_a_type(self):
        self.assertEqual(self.sqlite("create table t (date date, check (date > '1' and date <> 'a date bigint'));\ncreate index i on t (a, date);\n"),
                         "create table t (date text, check (date > '1' and date <> 'a date bigint')) strict;\ncreate index i on t (a, date);\n")

    def test_comments_and_inner_brackets_stay(self):
        self.assertEqual(self.sqlite('-- a date bigint;\ncreate table t (a bigint check (a in (1, 2)));\n'),
                         '-- a date bigint;\ncreate table t (a integer check (a in (1, 2))) strict;\n')

    def test_alter_and_cast(self):
        self.assertEqual(self.sqlite('alter table t add column date date;\nupdate t set a = cast(b as bigint);\n'),
                         'alter table t add column date text;\nupdate t set a = cast(b as integer);\n')

    def test_a_list_of_choices_needs_no_table(self):
        made = self.sqlite("create table x (a text check (a in ('p', 'q''s', 'r')), b text check (b in ('p') or c));")
        self.assertEqual(made, "create table x (a text check (a = 'p' or a = 'q''s' or a = 'r'), b text check (b in ('p') or c)) strict;\n")

    def test_sections(self):
        text = 'a;\n-- only postgres\np jsonb;\n-- end\n-- only sqlite\ns;\n-- end\nz;\n'
        self.assertEqual(embed_migrations.sections('x', text), ('a;\np jsonb;\nz;\n', 'a;\ns;\nz;\n'))
        for bad in ('-- only postgres\na;\n', '-- end\n', '-- only oracle\n-- end\n', '-- only sqlite\n-- only postgres\n-- end\n'):
            with self.assertRaises(embed_migrations.Refused): embed_migrations.sections('x', bad)

    def test_a_type_sqlite_lacks_is_refused(self):
        with self.assertRaisesRegex(embed_migrations.Refused, 'timestamptz'): self.sqlite('create table t (a timestamptz);\n')

    def test_names_and_numbers(self):
        with tempfile.TemporaryDirectory() as where:
            paths = [pathlib.Path(where) / n for n in ('0001_a.sql', '0001_b.sql', '2_c.sql')]
            for path in paths: path.write_text('create table a (a text);\n')
            self.assertIn('{ 1, "a", "', embed_migrations.table(paths[:1]))
            with self.assertRaisesRegex(embed_migrations.Refused, 'taken'): embed_migrations.table(paths[:2])
            with self.assertRaisesRegex(embed_migrations.Refused, 'called'): embed_migrations.table(paths[2:])

    def test_ours_run_on_sqlite(self):
        """All of db/migrations, in order, in one empty database; numbers without gaps."""
        database = sqlite3.connect(':memory:')
        numbers = []
        for path in sorted((ROOT / 'db/migrations').glob('*.sql')):
            numbers.append(int(path.name[:4]))
            try:
                database.executescript(embed_migrations.for_sqlite(path.name, embed_migrations.sections(path.name, path.read_text(encoding='utf-8'))[1]))
            except sqlite3.Error as error:
                self.fail(f'{path.name}: {error}')
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))


class Po(unittest.TestCase):
    def test_table_is_sorted_by_bytes_and_leaves_out_what_is_not_said(self):
        text = 'msgid ""\nmsgstr "Language: nl\\n"\n\n# why\nmsgid "b"\nmsgstr "B"\nmsgid "é"\nmsgstr "É"\nmsgid "a "\n"long one"\nmsgstr ""\n"x\\"y"\nmsgid "c"\nmsgstr ""\n'
        made = embed_po.table('po/nl.po', text)
        self.assertEqual(re.findall(r'\{ "(.*)", "(.*)" \}', made), [('a long one', 'x\\"y'), ('b', 'B'), ('é', 'É')])
        self.assertIn('translation_count = 3;', made)

    def test_refusals(self):
        for bad in ('msgid "a"\n', 'msgid "a"\nmsgstr "b"\nmsgid "a"\nmsgstr "c"\n', 'msgid a\n', '"x"\n', 'msgid "a"\nmsgstr "b"\nmsgctxt "z"\n'):
            with self.assertRaises(embed_po.Refused): embed_po.entries('x.po', bad)


class Lists(unittest.TestCase):
    def test_kinds(self):
        with tempfile.TemporaryDirectory() as where:
            root = pathlib.Path(where)
            for name in ('src/a/a.c', 'src/a/a_test.c', 'src/a/a.sql', 'src/main.c', 'src/app/capture_main.c', 'tests/main.c', 'tests/fuzz/xml.c',
                         'tests/scenario/s.c', 'tests/bench/b.c', 'db/migrations/0001_a.sql'):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).touch()
            def of(kind): return subprocess.run([sys.executable, ROOT / 'tools/list_files.py', kind], cwd=root, capture_output=True, text=True, check=True).stdout.split('\n')[:-1]
            self.assertEqual(of('room'), ['src/a/a.c'])
            self.assertEqual(of('test'), ['src/a/a_test.c', 'tests/main.c', 'tests/scenario/s.c'])
            self.assertEqual(of('fuzz'), ['tests/fuzz/xml.c'])
            self.assertEqual(of('upgrade'), [''])
            self.assertIn('migration db/migrations/0001_a.sql', of('all'))


if __name__ == '__main__':
    unittest.main()
