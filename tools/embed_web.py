#!/usr/bin/python3
"""web/dist → one C table of files for the HTTP door. Usage: embed_web.py TARGET.h FOLDER

The bytes come in by the assembler's .incbin, so a large bundle costs no compile time. Text gets a gzip form and, where
Python or the system has brotli, a brotli form, kept when at least a tenth smaller. A name with a hash in it (eight or more
of A-Z a-z 0-9 before the extension, as esbuild writes) never changes: immutable. No folder: an empty table.
"""
import gzip, hashlib, pathlib, re, shutil, subprocess, sys

TYPES = {'.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml',
         '.json': 'application/json', '.map': 'application/json', '.png': 'image/png', '.jpg': 'image/jpeg', '.ico': 'image/x-icon', '.webp': 'image/webp',
         '.woff2': 'font/woff2', '.txt': 'text/plain; charset=utf-8', '.webmanifest': 'application/manifest+json', '.wasm': 'application/wasm'}
TEXT = {'.html', '.js', '.css', '.svg', '.json', '.map', '.txt', '.webmanifest', '.wasm'}
HASHED = re.compile(r'[-.][A-Za-z0-9]{8,}\.\w+(\.map)?$')


def brotli(data):
    try:
        import brotli as library
        return library.compress(data, quality=11)
    except ImportError:
        program = shutil.which('brotli')
        return subprocess.run([program, '-c', '-q', '11', '-'], input=data, capture_output=True, check=True).stdout if program else None


PACKERS = [('gz', lambda data: gzip.compress(data, 9, mtime=0)), ('br', brotli)]


def main(target, folder):
    target, folder = pathlib.Path(target), pathlib.Path(folder)
    private = target.parent / (target.name + '.d')
    private.mkdir(parents=True, exist_ok=True)
    symbols, rows = [], []

    def embed(name, path):
        symbols.append('__asm__(".section .rodata\\n.balign 16\\n%s_begin:\\n.incbin \\"%s\\"\\n%s_end:\\n.byte 0\\n.previous\\n");\n'
                       'extern const char %s_begin[], %s_end[];' % (name, path.resolve(), name, name, name))

    files = sorted((p for p in folder.rglob('*') if p.is_file() and not p.name.startswith('.')), key=lambda p: ('/' + p.relative_to(folder).as_posix()).encode()) if folder.is_dir() else []
    for number, path in enumerate(files):
        data = path.read_bytes()
        name, sizes, suffix = f'web_{number}', [len(data), 0, 0], path.suffix.lower()
        embed(name, path)
        digest = hashlib.sha256(data).hexdigest()
        for slot, (kind, pack) in enumerate(PACKERS, 1):
            if suffix not in TEXT or len(data) <= 500: continue
            copy = private / f'{digest}.{kind}' # kept from the build before: brotli is slow
            if not copy.exists(): copy.write_bytes(pack(data) or b'')
            if not 0 < copy.stat().st_size * 10 <= len(data) * 9: continue
            embed(f'{name}_{kind}', copy)
            sizes[slot] = copy.stat().st_size
        def part(slot, tail): return '{ %s%s_begin, %d }' % (name, tail, sizes[slot]) if sizes[slot] else '{ 0 }'
        rows.append('    { "/%s", "%s", "\\"%s\\"", %s, %s, %s, %s },' % (
            path.relative_to(folder).as_posix(), TYPES.get(suffix, 'application/octet-stream'), digest[:16],
            'true' if HASHED.search(path.name) else 'false', part(0, ''), part(1, '_gz'), part(2, '_br')))
    text = ('\n'.join(['/* Generated from the web application by tools/embed_web.py. Do not edit. */', '#pragma once', '#include "base/base.h"',
                                 'struct web_file { const char *path, *media_type, *tag; bool immutable; struct str content, gzip, brotli; };', *symbols,
                                 'static const struct web_file web_files[] = {', *rows, '    { 0 }', '};',
                                 'static const size_t web_file_count = %d;' % len(rows)]) + '\n')
    if not target.exists() or target.read_text() != text: target.write_text(text) # an old time stamp: nothing is compiled again


if __name__ == '__main__':
    main(*sys.argv[1:])
