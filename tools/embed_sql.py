#!/usr/bin/python3
"""A room's .sql file → a C header. Usage: embed_sql.py SOURCE TARGET

    -- name: bill_by_id [attribute…]      starts a statement; it ends where the next one starts
    select … where id = :id;              :field becomes $n, and the field's name stands in the list beside it

    -- part: bill_columns                 starts a piece that statements below it share
    id, party_id, number
    {bill_columns}                        in a statement: that text. Of a part that is a list of columns also
    {b.bill_columns}                      b.id, b.party_id, b.number
    {:bill_columns}                       :id, :party_id, :number
    {bill_columns = :}                    id = :id, party_id = :party_id, number = :number

A :field inside quotes stays as it is. Comments and surplus white space go. Refused, with file and line: text before
the first name, a name twice, an empty statement, two statements under one name, `x::type` (write cast(x as type): SQLite
does not know the other), a :field that is not lower case, an open quote. An attribute becomes a flag: [once] is
SQL_ONCE in `.flags`.
"""
import re, sys

HEAD = re.compile(r'^-- (name|part):[ \t]*(\S*)[ \t]*(.*)$')
USE = re.compile(r'\{(?:(:)|([a-z]\w*)\.)?([a-z]\w*)( = :)?\}')
NAME = re.compile(r'[a-z][a-z0-9_]*')
TOKEN = re.compile(r"""(?P<quote>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<cast>::)|(?P<assign>:=)"""
                   r"""|:(?P<field>\w+)|(?P<space>\s+)|(?P<open>['"]|/\*)|(?P<other>[^\s'":/-]+|.)""", re.S)


class Refused(Exception):
    pass


def expand(where, body, parts):
    """The body with the parts it names put in."""
    def put(use):
        bound, alias, name, assigned = use.groups()
        if name not in parts: raise Refused(f'{where}: no part {name} stands above')
        if not (bound or alias or assigned): return parts[name]
        columns = [c.strip() for c in parts[name].split(',')]
        if not all(NAME.fullmatch(c) for c in columns): raise Refused(f'{where}: {name} is not a list of columns')
        return ', '.join(f'{c} = :{c}' if assigned else ':' + c if bound else f'{alias}.{c}' for c in columns)
    return USE.sub(put, body)


def statements(source, text):
    """[(name, attributes, line, body)] in the order of the file; parts are put in, else the body is as written."""
    found, names = [], {}
    for number, line in enumerate(text.splitlines(), 1):
        head = HEAD.match(line)
        if head:
            kind, name, rest = head[1], head[2], head[3].strip()
            attributes = re.fullmatch(r'(?:\[([a-z_ ]+)\])?', rest)
            if not NAME.fullmatch(name): raise Refused(f'{source}:{number}: "{name}" is not a name')
            if not attributes: raise Refused(f'{source}:{number}: {name}: "{rest}" is not a list of attributes in [ ]')
            if name in names: raise Refused(f'{source}:{number}: {name} is named before, on line {names[name]}')
            names[name] = number
            found.append((kind, name, (attributes[1] or '').split(), number, []))
        elif found: found[-1][4].append(line)
        elif line.strip() and not line.lstrip().startswith('--'): raise Refused(f'{source}:{number}: text before the first "-- name:"')
    made, parts = [], {}
    for kind, name, attributes, number, body in found:
        body = expand(f'{source}:{number}: {name}', '\n'.join(body), parts)
        if kind == 'name': made.append((name, attributes, number, body))
        else: parts[name] = re.sub(r'--[^\n]*', '', body).strip()
    return made


def compile_statement(where, body):
    """(text with $n, [field…]) of one statement."""
    out, fields, ended = [], [], False
    for token in TOKEN.finditer(body):
        kind, text = token.lastgroup, token[0]
        if kind in ('comment', 'space'):
            if out and out[-1] != ' ': out.append(' ')
            continue
        if ended: raise Refused(f'{where}: a second statement; give it a name of its own')
        if kind == 'open': raise Refused(f'{where}: an open {text}')
        if kind in ('cast', 'assign'): raise Refused(f'{where}: use cast(x as type), not x::type' if kind == 'cast' else f'{where}: := is not SQL')
        if kind == 'field':
            name = token['field']
            if not NAME.fullmatch(name): raise Refused(f'{where}: ":{name}" is not a field')
            if name not in fields: fields.append(name)
            text = '$%d' % (fields.index(name) + 1)
        if kind == 'other' and ';' in text:
            if text.rstrip(';').count(';'): raise Refused(f'{where}: a second statement; give it a name of its own')
            text, ended = text.rstrip(';'), True
        out.append(text)
    text = ''.join(out).strip()
    if not text: raise Refused(f'{where}: an empty statement')
    return text, fields


def c_string(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n') + '"'


def header(source, text):
    out = ['/* Generated from %s by tools/embed_sql.py. Do not edit. */' % source.split('src/')[-1], '#pragma once', '#include "db/db.h"', '']
    for name, attributes, line, body in statements(source, text):
        sql, fields = compile_statement(f'{source}:{line}: {name}', body)
        flags = ' | '.join('SQL_' + a.upper() for a in attributes)
        out.append('static const char *const sql_%s_params[] = { %s };' % (name, ', '.join(c_string(f) for f in fields) or 'NULL'))
        out.append('static const struct sql sql_%s = { .name = "%s", .text = %s, .params = sql_%s_params, .param_count = %d%s };'
                   % (name, name, c_string(sql), name, len(fields), ', .flags = ' + flags if flags else ''))
    return '\n'.join(out) + '\n'


if __name__ == '__main__':
    try:
        made = header(sys.argv[1], open(sys.argv[1], encoding='utf-8').read())
    except Refused as refused:
        sys.exit(str(refused))
    open(sys.argv[2], 'w', encoding='utf-8').write(made)
