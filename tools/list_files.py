#!/usr/bin/python3
"""Prints the files of one kind, sorted, one a line: what meson builds. `./dev` makes meson ask again when the answer changed."""
import pathlib, sys
kind = sys.argv[1]
src, tests = pathlib.Path('src'), pathlib.Path('tests')
def is_test(path): return path.name.endswith('_test.c')
found = {
    'room': lambda: [p for p in src.rglob('*.c') if not is_test(p) and p.name not in ('main.c', 'capture_main.c')],
    'test': lambda: [p for p in src.rglob('*_test.c')] + [p for p in (tests / 'scenario').glob('*.c')] + [p for p in tests.glob('*.c')],
    'sql': lambda: [p for p in src.rglob('*.sql')],
    'migration': lambda: [p for p in pathlib.Path('db/migrations').glob('*.sql')],
    'fuzz': lambda: [p for p in (tests / 'fuzz').glob('*.c')],
    'bench': lambda: [p for p in (tests / 'bench').glob('*.c')],
    'simulation': lambda: [p for p in (tests / 'simulation').glob('*.c')],
}[kind]()
print('\n'.join(sorted(str(p) for p in found)))
