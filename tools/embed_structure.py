#!/usr/bin/python3
"""data/einvoice/structure_*.txt → C tables of what the XML Schemas of UBL and CII ask. embed_structure.py TARGET NAMES TABLE…"""
import pathlib, sys

NAMESPACES = ['', 'cac', 'cbc', 'ext', 'rsm', 'ram', 'udt', 'qdt', 'ubl', 'cn']
KINDS = ['sequence', 'choice', 'any', 'text', 'decimal', 'boolean', 'date', 'time', 'dateTime', 'base64Binary']
MARKS = {'?': (0, 1), '*': (0, 255), '+': (1, 255)}

def lines_of(path):
    return [line for line in pathlib.Path(path).read_text(encoding='utf-8').split('\n') if line.strip() and not line.startswith('#')]

def names_of(path):
    elements, attributes = {}, []
    for line in lines_of(path):
        label, *spaces = line.split()
        if spaces == ['@']: attributes.append(label)
        for space in spaces: elements[space, label.split(':')[-1]] = label.replace(':', '_')
    return elements, attributes

def attribute(word, known):
    word, _, language = word.partition(':language')
    word, equals, fixed = word.partition('=')
    name = word.rstrip('!')
    if name not in known: sys.exit('names.txt has no attribute ' + name)
    return '{ A_%s, %d, %d, %s }' % (name, word.endswith('!'), language == '' and ':' in _, '"%s"' % fixed.replace('%20', ' ') if equals else 'NULL')

def main(target, names, tables):
    elements, known = names_of(names)
    types, parts, attributes, roots = ['{ 0, 0, 0, 0, 0 }'], [], [], []
    for table in tables:
        numbers, waiting, current = {}, [], None
        for line in lines_of(table):
            words = line.split()
            if words[0] == 'root': roots.append((words[1], words[2], table))
            elif words[0] in ('simple', 'type'):
                numbers[words[1]] = len(types) + len(waiting)
                waiting.append(current := {'kind': words[2] if len(words) > 2 else 'sequence', 'parts': [], 'attributes': words[3:]})
            else: current['parts'].append(words)
        for row in waiting:
            types.append('{ STRUCTURE_%s, %d, %d, %d, %d }' % (row['kind'], len(parts), len(row['parts']), len(attributes), len(row['attributes'])))
            attributes += [attribute(word, known) for word in row['attributes']]
            least = [MARKS.get(label[-1], (1, 1))[0] for label, _ in row['parts']]
            for i, (label, its) in enumerate(row['parts']):
                low, high = MARKS.get(label[-1], (1, 1))
                space, local = label.rstrip('?*+').split(':')
                to_needed = next((k for k in range(i, len(least)) if least[k]), len(least)) - i
                parts.append('{ E_%s, NS_%s, %d, %d, %d, %d }' % (elements[space, local], space, low, high, to_needed, numbers[its]))
        roots = [(e, numbers[t], None) if at == table else (e, t, at) for e, t, at in roots]
    out = ['/* Generated from data/einvoice/structure_*.txt. Do not edit. */', '#pragma once', '#include "einvoice_names.h"',
           'enum structure_kind { %s };' % ', '.join('STRUCTURE_' + k for k in KINDS),
           'struct structure_type { uint16_t kind, part, part_count, attribute, attribute_count; };',
           'struct structure_part { uint16_t name; uint8_t space, least, most, to_needed; uint16_t type; }; /* most 255: any number; to_needed: so many on, one that must be there, or the end */',
           'struct structure_attribute { uint16_t name; bool needed, language; const char *fixed; };',
           'static const struct { uint16_t name, type; } structure_roots[] = { %s };' % ', '.join('{ E_%s, %d }' % r[:2] for r in roots)]
    for name, rows in (('type', types), ('part', parts), ('attribute', attributes)):
        out += ['static const struct structure_%s structure_%ss[] = {' % (name, name)] + ['    %s,' % row for row in rows] + ['};']
    pathlib.Path(target).write_text('\n'.join(out) + '\n', encoding='utf-8')

main(sys.argv[1], sys.argv[2], sys.argv[3:])
