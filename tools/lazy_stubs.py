#!/usr/bin/python3
"""Writes the C file through which the libraries of tools/lazy_libraries.txt are loaded when they are first called (docs/decisions/0006).

  lazy_stubs.py x86_64|none LIST OUTPUT COMPILER…     none: empty tables, for a processor that these stubs are not for

For each function there a stub of the same name: a jump through a slot that at first leads to lazy_find (base/lazy.c) with all arguments kept, and
from then on to the function itself. Callers are compiled against the library's own header, as always. The name by which a library is
loaded (soname) is that of the library found here, and it must have every function of the list."""
import re, subprocess, sys

# The arguments of any call: six words, the count of vector registers of a variadic one, the static chain, eight vector registers.
ENTER = '''
lazy_enter:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    subq $192, %rsp
    movq %rdi, 0(%rsp)
    movq %rsi, 8(%rsp)
    movq %rdx, 16(%rsp)
    movq %rcx, 24(%rsp)
    movq %r8, 32(%rsp)
    movq %r9, 40(%rsp)
    movq %rax, 48(%rsp)
    movq %r10, 56(%rsp)
''' + ''.join(f'    movaps %xmm{i}, {64 + 16 * i}(%rsp)\n' for i in range(8)) + '''    movl %r11d, %edi
    call lazy_find
    movq %rax, %r11
''' + ''.join(f'    movaps {64 + 16 * i}(%rsp), %xmm{i}\n' for i in range(8)) + '''    movq 0(%rsp), %rdi
    movq 8(%rsp), %rsi
    movq 16(%rsp), %rdx
    movq 24(%rsp), %rcx
    movq 32(%rsp), %r8
    movq 40(%rsp), %r9
    movq 48(%rsp), %rax
    movq 56(%rsp), %r10
    leave
    .cfi_def_cfa %rsp, 8
    jmp *%r11
    .cfi_endproc
'''


def read_list(path):
    libraries = []
    for number, line in enumerate(open(path), 1):
        line = line.split('#')[0].rstrip()
        if not line: continue
        if not line[0].isspace(): libraries.append((line.strip(), []))
        elif not libraries: sys.exit(f'{path}:{number}: a function before any library')
        else: libraries[-1][1].extend(line.split())
    functions = [f for _, its in libraries for f in its]
    twice = {f for f in functions if functions.count(f) > 1}
    if twice: sys.exit(f'{path}: named twice: {sorted(twice)}')
    return libraries


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def look_at(compiler, library):
    """Its soname and what it exports."""
    path = run(*compiler, f'-print-file-name=lib{library}.so').strip()
    soname = re.search(r'\(SONAME\).*\[(.*)\]', run('readelf', '-dW', path))
    if not soname: sys.exit(f'lazy_stubs: {path} has no soname')
    exported = {line.split()[2].split('@')[0] for line in run('nm', '-D', '--defined-only', path).splitlines() if line.split()[1] in 'TWi'}
    return soname.group(1), exported


def stubs(functions):
    lines = ['.text', '.p2align 4', ENTER]
    for i, name in enumerate(functions):
        lines += ['.p2align 4', f'.globl {name}', f'.hidden {name}', f'.type {name}, @function', f'{name}:', '    endbr64', f'    jmp *(lazy_slots + {8 * i})(%rip)',
                  f'.size {name}, . - {name}', f'lazy_first_{i}:', '    endbr64', f'    movl ${i}, %r11d', '    jmp lazy_enter']
    lines += ['.section .data.rel.lazy_slots, "aw"', '.p2align 3', '.globl lazy_slots', '.hidden lazy_slots', '.type lazy_slots, @object', 'lazy_slots:']
    lines += [f'    .quad lazy_first_{i}' for i in range(len(functions))]
    lines += [f'.size lazy_slots, {8 * len(functions)}', '.text']
    return '\n'.join(line for part in lines for line in part.splitlines())


def main():
    processor, path, output, compiler = *sys.argv[1:4], [word for word in sys.argv[4:] if 'ccache' not in word]
    libraries = read_list(path) if processor == 'x86_64' else []
    rows, functions, sonames = [], [], []
    for at, (library, its) in enumerate(libraries):
        soname, exported = look_at(compiler, library)
        missing = [f for f in its if f not in exported]
        if missing: sys.exit(f'{path}: {soname} has no {", ".join(missing)}')
        sonames.append(f'    "lazy-library:{soname}",')
        for f in its:
            rows.append(f'    {{ "{f}", {at} }},')
            functions.append(f)
    text = stubs(functions).replace('\\', '\\\\').replace('"', '\\"')
    with open(output, 'w') as out:
        out.write(f'/* Made by tools/lazy_stubs.py from {path.split("/")[-1]}. */\n#include "base/lazy.h"\n\n')
        out.write('const char *const lazy_libraries[] = {\n' + '\n'.join(sonames + ['    0']) + '\n};\n')
        out.write(f'const size_t lazy_library_count = {len(sonames)};\n')
        out.write('const struct lazy_function lazy_functions[] = {\n' + '\n'.join(rows + ['    { 0, 0 }']) + '\n};\n\n')
        if not libraries: out.write('void *lazy_slots[1];\n')
        else: out.write('__asm__(\n' + '\n'.join(f'    "{line}\\n"' for line in text.splitlines()) + ');\n')


main()
