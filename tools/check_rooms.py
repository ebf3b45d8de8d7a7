#!/usr/bin/python3
"""Refuse an #include that rooms.txt does not allow, a room below that names one above, a private header used from outside, a .c file that
the README of its room does not name (tests stand beside what they test), and a file named there that is none."""
import pathlib, re, sys
FLOOR = 'base codec record db operation outbox'.split()
allowed, wrong = {}, []
for line in open('rooms.txt'):
    if line.strip() and not line.startswith('#'):
        room, _, may = line.partition(':')
        names = [n for word in may.split() for n in (FLOOR if word == '+floor' else [word])]
        for other in names:
            if other not in allowed: wrong.append(f'rooms.txt: {room} names {other}, which does not come before it')
        allowed[room.strip()] = set(names)
for path in sorted(pathlib.Path('src').rglob('*.[ch]')):
    if len(path.parts) < 3: continue
    room = path.parts[1]
    if room not in allowed: wrong.append(f'{path}: room {room} is not in rooms.txt')
    if path.name.endswith('_test.c'): continue
    for number, text in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'#include "(\w+)/([\w.]+)"', text)
        if not found or found[1] == room: continue
        if found[1] not in allowed.get(room, ()): wrong.append(f'{path}:{number}: {room} may not include {found[1]}')
        elif '_private' in found[2] or found[2] == 'engine.h': wrong.append(f'{path}:{number}: {found[2]} is private to {found[1]}')
for room in allowed:
    readme = pathlib.Path('src', room, 'README.md')
    if not readme.exists(): continue # tidy.py asks for it
    named = set(re.findall(r'(?<![\w./*-])[\w./-]*\w\.[ch]\b', readme.read_text()))
    for path in sorted(readme.parent.glob('*.c')):
        if not path.name.endswith('_test.c') and path.name not in named: wrong.append(f'{readme}: does not say what {path.name} is for')
    for name in sorted(named):
        if not any(base.joinpath(name).exists() for base in (readme.parent, pathlib.Path('src'), pathlib.Path())):
            wrong.append(f'{readme}: {name} is no file (any more)')
print('\n'.join(wrong) or 'rooms: in order')
sys.exit(bool(wrong))
