#!/usr/bin/python3
"""The house style: clang-format, and a struct written on one line stays on one. Usage: format.py [--check] [FILE…]

Without files: every C file of ours. --check changes nothing, names the files that differ and fails when there are any.
"""
import pathlib, re, shutil, subprocess, sys

LINE = 120
STRUCT = re.compile(r'^(?P<indent> *)(?P<head>(?:typedef )?(?:struct|union)(?: \w+)?) \{\n(?P<body>(?:(?P=indent)    [^\n]*\n)+?)'
                    r'(?P=indent)\}(?P<tail>[ \w\[\]]*;(?: /\*[^\n]*\*/)?)$', re.M)


def bare(text):
    return re.sub(r'\s+', '', text)


def folded(before, after):
    """What clang-format made (`after`), with each struct put back on the one line it stood on in `before`."""
    single = {bare(line) for line in before.splitlines() if re.match(r' *(typedef )?(struct|union)\b.*\{.*\}', line)}

    def fold(found):
        members = ' '.join(line.strip() for line in found['body'].splitlines())
        line = f"{found['indent']}{found['head']} {{ {members} }}{found['tail']}"
        return line if bare(line) in single and len(line) <= LINE else found[0]
    return STRUCT.sub(fold, after)


def ours():
    listed = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard', '*.c', '*.h'], capture_output=True, text=True)
    names = listed.stdout.split() if listed.returncode == 0 else [str(p) for p in pathlib.Path('.').rglob('*.[ch]')]
    return [n for n in names if n.startswith(('src/', 'tests/')) and pathlib.Path(n).exists()]


def main(words):
    check = '--check' in words
    program = shutil.which('clang-format-14') or shutil.which('clang-format')
    if not program: sys.exit('format: clang-format is not here')
    wrong = []
    for name in [w for w in words if w != '--check'] or ours():
        path = pathlib.Path(name)
        before = path.read_text(encoding='utf-8')
        after = folded(before, subprocess.run([program, name], capture_output=True, text=True, check=True).stdout)
        if before == after: continue
        wrong.append(name)
        if not check: path.write_text(after, encoding='utf-8')
    if wrong: print('\n'.join(f'{name}: {"not in the house style (./dev fmt)" if check else "formatted"}' for name in wrong))
    else: print('format: in the house style')
    sys.exit(bool(wrong) and check)


if __name__ == '__main__':
    main(sys.argv[1:])
