#!/usr/bin/python3
"""po/nl.po → a sorted C table { english, dutch }; what has no Dutch yet is left out."""
import ast, sys
source, target = sys.argv[1:3]
pairs, key, into = {}, None, None
def flush():
    if into and into.get('msgid') and into.get('msgstr'): pairs[into['msgid']] = into['msgstr']
for line in open(source, encoding='utf-8'):
    line = line.strip()
    if line.startswith('msgid '):
        flush(); into = {'msgid': ast.literal_eval(line[6:])}; key = 'msgid'
    elif line.startswith('msgstr '):
        into['msgstr'] = ast.literal_eval(line[7:]); key = 'msgstr'
    elif line.startswith('"'):
        into[key] += ast.literal_eval(line)
flush()
def c(text): return '"' + ''.join({'"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t'}.get(ch, ch) for ch in text) + '"'
rows = sorted(pairs.items(), key=lambda row: row[0].encode())
out = ['/* Generated from po/nl.po. Do not edit. */', '#pragma once', '#include <stddef.h>',
       'struct translation { const char *english, *dutch; };', 'static const struct translation translations[] = {']
out += ['    { %s, %s },' % (c(e), c(d)) for e, d in rows] + ['    { NULL, NULL }', '};',
       'static const size_t translation_count = %d;' % len(rows)]
open(target, 'w', encoding='utf-8').write('\n'.join(out) + '\n')
