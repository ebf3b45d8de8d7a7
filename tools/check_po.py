#!/usr/bin/python3
"""Every sentence for people has its Dutch in po/nl.po, with the same {parameters}. Usage: check_po.py [ROOT]

Sentences are the texts of fault types, { FAULT_…, "code", "sentence" }, what stands in T("…") or translate(language, "…"), and the
summary that ends an operation's row, in src (tests aside). Fails: no Dutch, other parameters, an entry twice, a fault code twice or not like
room.what_is_wrong, an entry that nothing says: that is no text of src at all (words of tables are translated when they are shown) and none of a
table in data.
"""
import ast, pathlib, re, sys
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import embed_po

STRING = r'"(?:[^"\\\n]|\\.)*"'
STRINGS = rf'{STRING}(?:\s*{STRING})*'
FAULT = re.compile(rf'(?:\.kind\s*=\s*)?\bFAULT_[A-Z_]+\s*,\s*(?:\.code\s*=\s*)?(?P<code>{STRINGS})\s*,\s*(?:\.text\s*=\s*)?(?P<text>{STRINGS})')
SAID = re.compile(rf'\b(?:T\(|translate\([^,()]+,)\s*(?P<text>{STRINGS})\s*\)')
SUMMARY = re.compile(rf'"(?:GET|POST|PUT|DELETE|PATCH)"\s*,\s*{STRING}\s*,(?:[^"{{}}]|{STRING})*?,\s*(?P<text>{STRINGS})\s*\}}')
CODE = re.compile(r'[a-z0-9_]+(\.[a-z0-9_]+)+')


def without_comments(text):
    """The C text with its comments blanked out, lines kept; strings stay."""
    blank = lambda found: found[0] if found[0][0] in '"\'' else re.sub(r'[^\n]', ' ', found[0])
    return re.sub(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'|//[^\n]*|/\*.*?\*/', blank, text, flags=re.S)


def joined(literals):
    return ''.join(ast.literal_eval(part) for part in re.findall(STRING, literals))


def sentences(path, text):
    """[(place, code or None, sentence)] of one C file."""
    text = without_comments(text)
    place = lambda found: f'{path}:{text.count(chr(10), 0, found.start()) + 1}'
    return ([(place(f), joined(f['code']), joined(f['text'])) for f in FAULT.finditer(text)]
            + [(place(f), None, joined(f['text'])) for f in SAID.finditer(text)]
            + [(place(f), None, joined(f['text'])) for f in SUMMARY.finditer(text) if ' ' in f['text']])


def texts(text):
    """Every text of one C file, whatever it is for."""
    return {joined(found[0]) for found in re.finditer(STRINGS, without_comments(text))}


def parameters(text):
    return set(re.findall(r'\{(\w+)\}', text))


def check(said, catalogue, wrong, words=frozenset()):
    """Adds what is wrong to `wrong`. `words`: texts that are said in some other way."""
    codes, dutch = {}, {english: other for _, english, other in catalogue}
    for place, code, sentence in said:
        if code is not None:
            if not CODE.fullmatch(code): wrong.append(f'{place}: "{code}" is not a code like room.what_is_wrong')
            if codes.setdefault(code, place) != place: wrong.append(f'{place}: {code} stands at {codes[code]} already')
        if not dutch.get(sentence): wrong.append(f'{place}: no Dutch in po/nl.po: {sentence}')
        elif parameters(sentence) != parameters(dutch[sentence]):
            wrong.append(f'{place}: {sorted(parameters(sentence))} in English, {sorted(parameters(dutch[sentence]))} in Dutch: {sentence}')
    known = {sentence for _, _, sentence in said}
    wrong += [f'po/nl.po:{line}: nothing says this: {english}' for line, english, _ in catalogue if english not in known and english not in words]


def main(root):
    wrong, said, words = [], [], set()
    for path in sorted((root / 'src').rglob('*.[ch]')):
        if path.name.endswith('_test.c'): continue
        text = path.read_text(encoding='utf-8')
        said += sentences(path.relative_to(root), text)
        words |= texts(text)
    for path in (root / 'data').glob('*.csv'): words |= {cell for line in path.read_text(encoding='utf-8').splitlines() for cell in line.split(';')}
    try:
        catalogue = embed_po.entries('po/nl.po', (root / 'po/nl.po').read_text(encoding='utf-8'))
    except embed_po.Refused as refused:
        sys.exit(str(refused))
    check(said, catalogue, wrong, words)
    print('\n'.join(wrong) or f'po: {len({s for _, _, s in said})} sentences, all in Dutch')
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.')))
