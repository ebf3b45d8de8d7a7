#!/usr/bin/python3
"""data/xaf_codes.txt → two texts of codes with spaces around each: " AD AE … "."""
import sys
lists = {'country': [], 'currency': []}
for line in open(sys.argv[1], encoding='utf-8'):
    words = line.split()
    if words and words[0] != '#': lists[words[0]] += words[1:]
out = ['/* Generated from data/xaf_codes.txt. Do not edit. */', '#pragma once']
for name, codes in lists.items():
    assert codes == sorted(set(codes)) and len(set(map(len, codes))) == 1, name
    out.append('static const char xaf_%s_codes[] = " %s ";' % (name, ' '.join(codes)))
open(sys.argv[2], 'w', encoding='utf-8').write('\n'.join(out) + '\n')
