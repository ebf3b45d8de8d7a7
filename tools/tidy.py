#!/usr/bin/python3
"""What a reader should not have to ask for. Usage: tidy.py [ROOT]

Fails: a function over 90 lines (over 70 is only said), a file over 800, TO-DO marks, trailing white space, a tab, a header
that does not begin with a comment on what it is, a room without README.md or with one longer than a page.
"""
import pathlib, re, sys

FUNCTION_SAID, FUNCTION_MOST, FILE_MOST, PAGE_MOST = 70, 90, 800, 100
MARK = re.compile(r'\b(TO' r'DO|FIX' r'ME)\b')
SUFFIXES = {'.c', '.h', '.py', '.sql', '.sh', '.ts', '.tsx', '.build', '.txt', ''}
SKIPPED = {'.git', 'out', 'build', 'demo', 'node_modules', 'dist', 'data', 'corpus', 'po', 'api'}


def functions(lines):
    """[(first line, name, lines)] of C in the house style: a body stands between a { and a } in the first column."""
    found, opened = [], None
    for number, line in enumerate(lines, 1):
        if line == '{': opened = number
        elif line == '}' and opened:
            first = opened - 1
            while first > 1 and lines[first - 1][:1] in (' ', '\t'): first -= 1
            name = re.search(r'(\w+)\(', lines[first - 1])
            found.append((first, name[1] if name else '?', number - first + 1))
            opened = None
    return found


def check_file(path, text):
    """([what is wrong], [what is only said]) of one file."""
    wrong, said, lines = [], [], text.split('\n')
    if len(lines) - 1 > FILE_MOST: wrong.append(f'{path}: {len(lines) - 1} lines; at most {FILE_MOST}')
    for number, line in enumerate(lines, 1):
        if MARK.search(line): wrong.append(f'{path}:{number}: finish it, or open an issue: {line.strip()}')
        if line != line.rstrip(): wrong.append(f'{path}:{number}: white space at the end')
        if '\t' in line and path.suffix in ('.c', '.h', '.sql', '.py'): wrong.append(f'{path}:{number}: a tab')
    if text and not text.endswith('\n'): wrong.append(f'{path}: the last line does not end')
    if path.suffix == '.h' and not text.startswith(('/*', '//')): wrong.append(f'{path}:1: a header begins with a comment that says what it is')
    if path.suffix == '.c':
        for first, name, length in functions(lines):
            where = f'{path}:{first}: {name} is {length} lines; about {FUNCTION_SAID}'
            if length > FUNCTION_MOST: wrong.append(where + f', at most {FUNCTION_MOST}')
            elif length > FUNCTION_SAID: said.append(where)
    return wrong, said


def files(root):
    for path in sorted(root.rglob('*')):
        within = path.relative_to(root)
        if path.is_symlink() or not path.is_file() or path.suffix not in SUFFIXES: continue
        if set(within.parts[:-1]) & SKIPPED or within.name in ('LICENSE', 'GNUmakefile') or within.parts[0].startswith('.git'): continue
        yield within


def main(root):
    wrong, said = [], []
    for path in files(root):
        try: text = (root / path).read_text(encoding='utf-8')
        except UnicodeDecodeError:
            wrong.append(f'{path}: not UTF-8')
            continue
        for into, more in zip((wrong, said), check_file(path, text)): into += more
    for room in sorted(p for p in (root / 'src').iterdir() if p.is_dir()):
        page = room / 'README.md'
        if not any(room.glob('*.c')): continue
        if not page.exists(): wrong.append(f'src/{room.name}: no README.md')
        elif len(page.read_text().splitlines()) > PAGE_MOST: wrong.append(f'src/{room.name}/README.md: longer than a page ({PAGE_MOST} lines)')
    print('\n'.join([*('said: ' + s for s in said), *wrong]) or 'tidy')
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.')))
