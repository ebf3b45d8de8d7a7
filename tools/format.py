#!/usr/bin/python3
"""The house style: what clang-format makes of a file, except where its author laid out lines well. Usage: format.py [--check] [FILE…]

clang-format knows spacing, indentation and braces; it does not know a table from a sentence. So of its changes those are left
out that only move line ends or line up columns and comments, as long as the author's lines are at most 130 wide (with a comment
behind: 160), stand at the right indentation, and a function's brace has a line of its own; a macro keeps its layout. Without
files: every C file of ours. The fields of a RECORD stand at one indentation, however long its name. --check changes nothing, names the files that differ and fails when there are any.
"""
import concurrent.futures, difflib, os, pathlib, re, shutil, subprocess, sys

STAYS, STAYS_WITH_COMMENT = 130, 160  # clang-format breaks at 120; a line a little longer may stay as its author wrote it


def pieces(lines):
    """[(character, what stood before it: 'none', 'space' or 'line')] of the text without its white space and line-joining backslashes."""
    found, gap = [], 'line'
    for line in lines:
        for character in re.sub(r'\s*\\$', '', line):
            if character.isspace(): gap = gap if gap == 'line' else 'space'
            else:
                found.append((character, gap))
                gap = 'none'
        gap = 'line'
    return found


def indented_well(line, after):
    """A line that clang-format leaves whole stands where it would put it; or, inside the braces of a table, at a plain indentation."""
    depth = lambda text: len(text) - len(text.lstrip())
    there = [depth(other) for other in after if other.strip() == line.strip()]
    return not there or depth(line) in there or line.endswith('\\') or depth(line) % 4 == 0 and min(there) >= depth(line) + 12


def laid_out_well(before, after):
    """May these lines stay, although clang-format would write them as `after`?"""
    if any(len(line) > STAYS_WITH_COMMENT or len(re.sub(r' */\*.*\*/$', '', line)) > STAYS for line in before): return False
    if any(line != line.rstrip() or '\t' in line for line in before): return False
    if not any(line.strip() for line in before + after): return False
    if sum(line == '{' for line in after) > sum(line == '{' for line in before): return False
    ours, theirs = pieces(before), pieces(after)
    if [c for c, _ in ours] != [c for c, _ in theirs]: return False
    if all(line.startswith('#') or line.endswith('\\') for line in before[:-1]) and after[0].endswith('\\'): return True
    if any(a != b and 'line' not in (a, b) for (_, a), (_, b) in zip(ours, theirs)): return False
    return all(indented_well(line, after) for line in before)


def styled(before, after):
    """The file `before`, with those changes of clang-format's `after` that are more than layout."""
    ours, theirs, made = before.split('\n'), after.split('\n'), []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        keep = kind == 'equal' or kind == 'replace' and laid_out_well(ours[a:b], theirs[c:d])
        made += ours[a:b] if keep else theirs[c:d]
    return '\n'.join(made)


RECORD = re.compile(r'^RECORD\((\w+),\s*\{[ \t]*\n(.*?)\n[ \t]*\}\);$', re.M | re.S)


def plain_records(text):
    """clang-format lines the fields up behind the brace; they are a list, so they stand where a list's lines stand."""
    def plain(found):
        lines = found[2].split('\n')
        if any(line.startswith('#') for line in lines): return found[0]
        least = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
        return 'RECORD(%s, {\n%s\n});' % (found[1], '\n'.join('    ' + line[least:] if line.strip() else '' for line in lines))
    return RECORD.sub(plain, text)


def ours():
    return [str(path) for where in ('src', 'tests') for path in sorted(pathlib.Path(where).rglob('*.[ch]')) if 'data' not in path.parts]


def main(words):
    check, wrong = '--check' in words, []
    program = shutil.which('clang-format-14') or shutil.which('clang-format')
    if not program: sys.exit('format: clang-format is not here')
    asked = [w for w in words if w != '--check']
    names = [name for name in asked if name.endswith(('.c', '.h'))] if asked else ours()  # clang-format would rewrite anything else as C
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        made = pool.map(lambda name: subprocess.run([program, name], capture_output=True, text=True, check=True).stdout, names)
    for name, theirs in zip(names, made):
        path = pathlib.Path(name)
        before = path.read_text(encoding='utf-8')
        after = plain_records(styled(before, plain_records(theirs)))
        if before == after: continue
        wrong.append(name)
        if not check:
            path.write_text(after, encoding='utf-8')
            continue
        for line in list(difflib.unified_diff(before.split('\n'), after.split('\n'), name, 'house style', lineterm='', n=0))[:12]: print(line)
    if wrong: print('\n'.join(f'{name}: {"not in the house style (./dev fmt)" if check else "formatted"}' for name in wrong))
    else: print('format: in the house style')
    sys.exit(bool(wrong) and check)


if __name__ == '__main__':
    main(sys.argv[1:])
