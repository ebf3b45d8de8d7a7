#!/usr/bin/python3
"""po/nl.po → a sorted C table { english, dutch }; what has no Dutch yet is left out. Usage: embed_po.py SOURCE TARGET"""
import ast, sys


class Refused(Exception):
    pass


def entries(path, text):
    """[(line, english, other)] in the order of the file, without the header; refuses what it cannot read and an entry twice."""
    found, seen, key = [], {}, None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith('#'): continue
        word, _, rest = line.partition(' ')
        try:
            if word == 'msgid': found.append([number, ast.literal_eval(rest), None]); key = 1
            elif word == 'msgstr' and found and key == 1: found[-1][2] = ast.literal_eval(rest); key = 2
            elif line[0] == '"' and found: found[-1][key] += ast.literal_eval(line)
            else: raise ValueError
        except (ValueError, SyntaxError):
            raise Refused(f'{path}:{number}: not a line of a catalogue: {line}') from None
    for number, english, other in found:
        if other is None: raise Refused(f'{path}:{number}: no msgstr')
        if english in seen: raise Refused(f'{path}:{number}: stands on line {seen[english]} already: {english}')
        seen[english] = number
    return [tuple(entry) for entry in found if entry[1]]


def c_string(text):
    return '"' + ''.join({'"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t'}.get(ch, ch) for ch in text) + '"'


def table(path, text):
    rows = sorted(((english, other) for _, english, other in entries(path, text) if other), key=lambda row: row[0].encode())
    return '\n'.join([f'/* Generated from {path} by tools/embed_po.py. Do not edit. */', '#pragma once', '#include <stddef.h>',
                      'struct translation { const char *english, *dutch; };', 'static const struct translation translations[] = {',
                      *('    { %s, %s },' % (c_string(english), c_string(other)) for english, other in rows), '    { NULL, NULL }', '};',
                      'static const size_t translation_count = %d;' % len(rows)]) + '\n'


if __name__ == '__main__':
    try:
        made = table('po/nl.po', open(sys.argv[1], encoding='utf-8').read())
    except Refused as refused:
        sys.exit(str(refused))
    open(sys.argv[2], 'w', encoding='utf-8').write(made)
