"""The Debian package, made of a stand-in for the program."""
import atexit, pathlib, shutil, subprocess, tempfile, unittest
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        where = pathlib.Path(tempfile.mkdtemp())
        atexit.register(shutil.rmtree, where, ignore_errors=True)
        source = where / 'main.c'
        source.write_text('#include <zlib.h>\nint main(void) { return zlibVersion() == 0; }\n')
        subprocess.run(['gcc', source, '-o', where / 'florin', '-lz'], check=True)
        done = subprocess.run([ROOT / 'packaging/make_deb', where / 'florin', where], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        cls.where, cls.deb = where, next(where.glob('florin_*.deb'))

    def ask(self, *words):
        return subprocess.run(['dpkg-deb', *words, self.deb], capture_output=True, text=True, check=True).stdout

    def test_depends_on_what_the_program_names(self):
        depends = subprocess.run(['dpkg-deb', '-f', self.deb, 'Depends'], capture_output=True, text=True, check=True).stdout
        self.assertRegex(depends, r'\blibc6 \(>= 2\.')
        self.assertRegex(depends, r'\bzlib1g \(>= 1')

    def test_holds_what_it_says_owned_by_root(self):
        listed = self.ask('-c')
        for path in ('./usr/bin/florin', './lib/systemd/system/florin.service', './usr/share/doc/florin/copyright', './usr/share/doc/florin/changelog.gz'):
            self.assertIn(path, listed)
        self.assertTrue(all(' root/root ' in line for line in listed.splitlines()))

    def test_the_program_runs_from_it(self):
        subprocess.run(['dpkg-deb', '-x', self.deb, self.where / 'x'], check=True)
        self.assertEqual(subprocess.run([self.where / 'x/usr/bin/florin']).returncode, 0)

    def test_scripts_are_shell(self):
        subprocess.run(['dpkg-deb', '-e', self.deb, self.where / 'e'], check=True)
        for name in ('postinst', 'prerm', 'postrm'): subprocess.run(['sh', '-n', self.where / 'e' / name], check=True)

    def test_the_unit_keeps_the_program_in_its_room(self):
        unit = (ROOT / 'packaging/florin.service').read_text()
        for line in ('ProtectSystem=strict', 'NoNewPrivileges=yes', 'CapabilityBoundingSet=', 'User=florin', 'StateDirectory=florin', 'ProtectHome=yes'):
            self.assertIn('\n' + line + '\n', unit)

    def test_no_binary_no_package(self):
        self.assertEqual(subprocess.run([ROOT / 'packaging/make_deb', self.where / 'nothing', self.where], capture_output=True).returncode, 66)


if __name__ == '__main__':
    unittest.main()
