#!/usr/bin/python3
"""Refuse two functions or tables of one name: in a static library the linker takes the first it meets and says nothing.
Usage: check_symbols.py LIBRARY.a"""
import collections, subprocess, sys

def duplicates(listing):
    where = collections.defaultdict(set)
    for line in listing.splitlines():
        parts = line.rsplit(None, 2)
        if len(parts) == 3 and parts[1] in 'TDBR' and not parts[2].startswith(('__', '_')): where[parts[2]].add(parts[0].split(':')[-2])
    return {name: files for name, files in where.items() if len(files) > 1}

if __name__ == '__main__':
    found = duplicates(subprocess.run(['nm', '-A', '--defined-only', sys.argv[1]], capture_output=True, text=True, check=True).stdout)
    for name, files in sorted(found.items()): print(f'{name}: defined in {", ".join(sorted(files))}')
    print('symbols: each once' if not found else '')
    sys.exit(bool(found))
