#!/usr/bin/python3
"""Turn a room's .sql file into C: `-- name: x` starts statement x, every :field becomes $n."""
import re, sys
source, target = sys.argv[1:3]
out = ['/* Generated from %s. Do not edit. */' % source.split('src/')[-1], '#pragma once', '#include "db/db.h"', '']
text = open(source).read()
parts = re.split(r'^-- name: (\w+)\n', text, flags=re.M)
for name, body in zip(parts[1::2], parts[2::2]):
    body = re.sub(r'--[^\n]*', '', body)
    assert '::' not in body, f'{source}: {name}: use cast(x as type), not x::type'
    params = []
    def number(m):
        if m.group(1) not in params: params.append(m.group(1))
        return '$%d' % (params.index(m.group(1)) + 1)
    body = re.sub(r':([a-z_]+)', number, body)
    body = ' '.join(body.split()).rstrip('; ')
    out.append('static const char *const sql_%s_params[] = { %s };' % (name, ', '.join('"%s"' % p for p in params) or 'NULL'))
    out.append('static const struct sql sql_%s = { "%s", "%s", sql_%s_params, %d };' % (name, name, body.replace('"', '\\"'), name, len(params)))
open(target, 'w').write('\n'.join(out) + '\n')
