#!/usr/bin/python3
"""data/iban_structures.txt, data/bic_nl.txt, data/vat_id_shapes.txt → sorted C tables. Refuses a table that contradicts itself."""
import re, sys
ibans, bics, shapes, target = sys.argv[1:5]
def rows(path):
    for line in open(path, encoding='utf-8'):
        line = line.strip()
        if line and not line.startswith('#'): yield line.split(None, 3)
def size(structure): return sum(int(n or 1) for n, _ in re.findall(r'(\d*)([A-Zanc])', structure))
out = ['/* Generated from data/. Do not edit. */', '#pragma once',
       'struct iban_structure { char country[3]; unsigned char length, area; const char *bban; };',
       'static const struct iban_structure iban_structures[] = {']
seen = []
for country, length, bban, area in rows(ibans):
    assert int(length) == 4 + size(bban) <= 34, f'{ibans}: {country}: {bban} is not {length} long'
    assert re.fullmatch(r'(\d+[nac])+', bban) and area in 'ES-', f'{ibans}: {country}'
    seen.append(country)
    out.append('    { "%s", %s, %d, "%s" },' % (country, length, 'ES-'.index(area) + 1, bban))
assert seen == sorted(set(seen)), f'{ibans}: keep it sorted, each country once'
out += ['};', 'struct bic_row { char code[5]; const char *bic, *name; };', 'static const struct bic_row bic_rows[] = {']
seen = []
for row in rows(bics):
    code, bic, name = row[0], row[1], ' '.join(row[2:])
    assert re.fullmatch(r'[A-Z]{4}', code) and re.fullmatch(r'[A-Z]{4}NL[A-Z0-9]{2}([A-Z0-9]{3})?', bic) and name, f'{bics}: {row}'
    seen.append(code)
    out.append('    { "%s", "%s", "%s" },' % (code, bic, name.replace('"', '\\"')))
assert seen == sorted(set(seen)), f'{bics}: keep it sorted, each code once'
out += ['};', 'struct vat_shape { char country[3]; const char *shape; };', 'static const struct vat_shape vat_shapes[] = {']
out += ['    { "%s", "%s" },' % tuple(row[:2]) for row in rows(shapes)] + ['};']
open(target, 'w', encoding='utf-8').write('\n'.join(out) + '\n')
