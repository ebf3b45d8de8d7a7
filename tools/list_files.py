#!/usr/bin/python3
"""Prints the files of one kind, sorted, one a line: what meson builds. `all` prints every kind: when that answer changes, ./dev
makes meson ask again. Usage: list_files.py KIND"""
import pathlib, sys

SRC, TESTS = pathlib.Path('src'), pathlib.Path('tests')
PROGRAMS = ('main.c', 'capture_main.c')
PROGRAM_KINDS = ('bench', 'simulation', 'torture', 'upgrade', 'fuzz')  # each tests/KIND/x.c is a program of its own, KIND_x


def is_test(path):
    return path.name.endswith('_test.c')


KINDS = {
    'room': lambda: [p for p in SRC.rglob('*.c') if not is_test(p) and p.name not in PROGRAMS],
    'test': lambda: [*SRC.rglob('*_test.c'), *(TESTS / 'scenario').glob('*.c'), *TESTS.glob('*.c')],
    'sql': lambda: SRC.rglob('*.sql'),
    'migration': lambda: pathlib.Path('db/migrations').glob('*.sql'),
}
KINDS |= {kind: (lambda kind=kind: (TESTS / kind).glob('*.c')) for kind in PROGRAM_KINDS}


def listed(kind):
    return sorted(str(p) for p in KINDS[kind]())


if __name__ == '__main__':
    if sys.argv[1] == 'all': print('\n'.join(f'{kind} {path}' for kind in KINDS for path in listed(kind)))
    else: print('\n'.join(listed(sys.argv[1])))
