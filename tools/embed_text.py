#!/usr/bin/python3
"""A text file of data/ → a C string: `static const char NAME[]`, comments (lines that begin with #) and blank lines left out."""
import pathlib, sys
source, target = map(pathlib.Path, sys.argv[1:3])
name = source.name.replace('.', '_').replace('-', '_')
lines = [l for l in source.read_text(encoding='utf-8').splitlines() if l.strip() and not l.startswith('#')]
def c(text): return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '\\n"'
target.write_text('/* Generated from data/%s. Do not edit. */\n#pragma once\nstatic const char %s[] =\n    %s;\n'
                  % (source.name, name, '\n    '.join(c(l) for l in lines)), encoding='utf-8')
