#!/usr/bin/python3
"""The e-invoice rules → C: data/einvoice/names.txt, data/codelists/*.csv, data/rules/*.rules, data/rules/*.tsv.

  embed_rules.py names TARGET NAMES RULE-FILE…       element and attribute names as small numbers, with a hash table
  embed_rules.py codes TARGET CODELIST…              code lists as hash tables
  embed_rules.py rules TARGET NAMES RULE-FILE…       the rules: contexts, tests, what to show, paths never to use
  embed_rules.py list PATTERN                        files of data/, for meson
  embed_rules.py texts TARGET TEXT-FILE…             the sentences, sorted by rule id

The rule language is described in data/rules/README.md; what it means stands in src/einvoice/rules.h."""
import pathlib, re, sys

def c_text(text):
    return '"' + ''.join({'"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t'}.get(ch, ch) for ch in text) + '"'
def c_name(name): return re.sub(r'\W', '_', name)
def fail(where, why): sys.exit('%s: %s' % (where, why))
def lines_of(path):
    for number, line in enumerate(pathlib.Path(path).read_text(encoding='utf-8').split('\n'), 1):
        if line.strip() and not line.lstrip().startswith('#'): yield '%s:%d' % (path, number), line.rstrip()
def hash_of(data):
    value = 2166136261
    for byte in data: value = ((value ^ byte) * 16777619) & 0xffffffff
    return value
def slots_of(keys):
    """Open addressing, at most half full: [index of the key or -1]."""
    size = 8
    while size < 2 * len(keys): size *= 2
    slots = [-1] * size
    for index, key in enumerate(keys):
        at = hash_of(key.encode()) & (size - 1)
        while slots[at] >= 0: at = (at + 1) & (size - 1)
        slots[at] = index
    return slots
def numbers(values, width=24):
    values = [str(v) for v in values]
    return ',\n    '.join(', '.join(values[i:i + width]) for i in range(0, len(values), width))

# ---- Names ----

NAMESPACES = ['', 'cac', 'cbc', 'ext', 'rsm', 'ram', 'udt', 'qdt', 'ubl', 'cn']
SUFFIXES = ['DocumentContextParameter', 'ReferencedDocument', 'PriceAmount', 'Amount', 'BinaryObject', 'Quantity', 'TradeTax', 'ID']
class Names:
    def __init__(self, path):
        self.elements, self.attributes, self.local = ['?'] + ['?' + s for s in SUFFIXES], ['?'], {}
        self.spaces = {}
        for where, line in lines_of(path):
            label, *spaces = line.split()
            if spaces == ['@']:
                self.attributes.append(label); continue
            self.elements.append(label)
            self.spaces[label] = spaces
            for space in spaces:
                if space not in NAMESPACES: fail(where, 'no such namespace: ' + space)
        self.ids = {label: i for i, label in enumerate(self.elements)}
        self.attribute_ids = {label: i for i, label in enumerate(self.attributes)}
    def element(self, where, label):
        if label not in self.ids: fail(where, 'data/einvoice/names.txt has no element ' + label)
        return self.ids[label]
    def attribute(self, where, label):
        if label not in self.attribute_ids: fail(where, 'data/einvoice/names.txt has no attribute ' + label)
        return self.attribute_ids[label]
    def ending(self, suffix): return [i for i, label in enumerate(self.elements) if label.split(':')[-1].endswith(suffix)]

def write_names(target, names):
    rows, keys = [], []
    for label in names.elements[1 + len(SUFFIXES):]:
        for space in names.spaces[label]:
            rows.append((label.split(':')[-1], NAMESPACES.index(space), names.ids[label])); keys.append(rows[-1][0])
    slots = slots_of(keys)
    first, out = [], ['/* Generated from data/einvoice/names.txt. Do not edit. */', '#pragma once', '#include <stdint.h>']
    out.append('enum einvoice_namespace { %s, NS_COUNT };' % ', '.join('NS_' + (n or 'none') for n in NAMESPACES))
    out.append('enum einvoice_element { E_none, ' + ', '.join('E_any_' + s for s in SUFFIXES) + ',')
    out += ['    E_%s,' % c_name(label) for label in names.elements[1 + len(SUFFIXES):]] + ['    ELEMENT_COUNT };']
    out.append('enum einvoice_attribute_name { A_none,')
    out += ['    A_%s,' % label for label in names.attributes[1:]] + ['    ATTRIBUTE_COUNT };']
    out.append('#ifdef EINVOICE_NAME_TABLES')
    out.append('static const char *const suffix_names[] = { %s };' % ', '.join(map(c_text, SUFFIXES)))
    out.append('static const char *const element_labels[] = {\n    %s };' % numbers(map(c_text, [n.split(':')[-1] for n in names.elements]), 6))
    masks = [0] * (1 + len(SUFFIXES)) + [sum(1 << NAMESPACES.index(s) for s in names.spaces[n]) for n in names.elements[1 + len(SUFFIXES):]]
    out.append('static const uint16_t element_namespaces[] = {\n    %s };' % numbers(masks))
    out.append('static const char *const attribute_labels[] = {\n    %s };' % numbers(map(c_text, names.attributes), 6))
    out.append('struct element_row { const char *local; uint16_t length, space, id; };')
    out.append('static const struct element_row element_rows[] = {')
    out += ['    { %s, %d, %d, %d },' % (c_text(l), len(l), s, i) for l, s, i in rows] + ['};']
    out.append('static const int16_t element_slots[%d] = {\n    %s };' % (len(slots), numbers(slots)))
    slots = slots_of(names.attributes)
    out.append('static const int16_t attribute_slots[%d] = {\n    %s };' % (len(slots), numbers(slots)))
    out.append('#endif')
    pathlib.Path(target).write_text('\n'.join(out) + '\n')

# ---- Code lists ----

def write_codes(target, paths):
    """A list is CODE or CODE,syntax; for each syntax its own table when they differ."""
    out = ['/* Generated from data/codelists. Do not edit. */', '#pragma once', '#include <stdint.h>',
           'struct code_list { const char *const *slots; uint32_t mask; };']
    for path in sorted(paths):
        rows = [line.split(',') for _, line in lines_of(path)]
        for syntax in ('ubl', 'cii'):
            codes = list(dict.fromkeys(row[0] for row in rows if len(row) < 2 or row[1] in ('', syntax)))
            slots = slots_of(codes)
            name = c_name(pathlib.Path(path).stem) + '_' + syntax
            out.append('static const char *const code_slots_%s[%d] = {\n    %s };' % (
                name, len(slots), numbers([c_text(codes[s]) if s >= 0 else '0' for s in slots], 10)))
            out.append('static const struct code_list code_%s = { code_slots_%s, %d };' % (name, name, len(slots) - 1))
    pathlib.Path(target).write_text('\n'.join(out) + '\n')

# ---- Texts ----

def write_texts(target, paths):
    rows = {}
    for path in paths:
        for where, line in lines_of(path):
            parts = line.split('\t')
            if len(parts) != 3: fail(where, 'id, English, Dutch, with tabs between')
            if parts[0] in rows: fail(where, 'twice: ' + parts[0])
            rows[parts[0]] = parts[1:]
    out = ['/* Generated from data/rules. Do not edit. */', '#pragma once', '#include <stddef.h>',
           'struct rule_text { const char *id, *english, *dutch; };', 'static const struct rule_text rule_texts[] = {']
    out += ['    { %s, %s, %s },' % (c_text(k), c_text(e), c_text(d)) for k, (e, d) in sorted(rows.items(), key=lambda r: r[0].encode())]
    out += ['};', 'static const size_t rule_text_count = %d;' % len(rows)]
    pathlib.Path(target).write_text('\n'.join(out) + '\n')

# ---- The rule language: reading ----

TOKEN = re.compile(r"\s*(?:(//|::|\.\.|!=|<=|>=|[/.*\[\]()|,=<>+@-])|'([^']*)'|(\d+(?:\.\d+)?)|((?:(?:cac|cbc|ram|udt|qdt|rsm|ext):)?[A-Za-z_]\w*))")
WORDS = {'and', 'or', 'div'}
class Parser:
    def __init__(self, where, text):
        self.where, self.at, self.tokens, position = where, 0, [], 0
        text = text.rstrip()
        while position < len(text):
            m = TOKEN.match(text, position)
            if not m: fail(where, 'cannot read: ' + text[position:])
            kind = 'op' if m.group(1) else 'text' if m.group(2) is not None else 'number' if m.group(3) else 'name'
            self.tokens.append((kind, m.group(1) or (m.group(2) if m.group(2) is not None else m.group(3) or m.group(4))))
            position = m.end()
        self.tokens.append(('end', ''))
    def peek(self, ahead=0): return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
    def is_op(self, value, ahead=0): return self.peek(ahead) == ('op', value)
    def take(self, value=None):
        token = self.peek()
        if value and token[1] != value: fail(self.where, 'expected %s, found %s' % (value, token[1]))
        self.at += 1
        return token
    def whole(self, what):
        result = what()
        if self.peek()[0] != 'end': fail(self.where, 'too much: ' + self.peek()[1])
        return result
    def either(self):
        parts = [self.both()]
        while self.peek() == ('name', 'or'): self.take(); parts.append(self.both())
        return parts[0] if len(parts) == 1 else ('or', parts)
    def both(self):
        parts = [self.compare()]
        while self.peek() == ('name', 'and'): self.take(); parts.append(self.compare())
        return parts[0] if len(parts) == 1 else ('and', parts)
    def compare(self):
        left = self.sum()
        if self.peek()[0] == 'op' and self.peek()[1] in ('=', '!=', '<', '<=', '>', '>='):
            op = self.take()[1]
            return ('compare', op, left, self.sum())
        return left
    def sum(self):
        left = self.product()
        while self.peek()[0] == 'op' and self.peek()[1] in '+-':
            op = self.take()[1]; left = ('math', op, left, self.product())
        return left
    def product(self):
        left = self.value()
        while self.is_op('*') or self.peek() == ('name', 'div'):
            op = self.take()[1]; left = ('math', op, left, self.value())
        return left
    def value(self):
        kind, text = self.peek()
        if kind == 'text': self.take(); return ('text', text)
        if kind == 'number': self.take(); return ('number', text)
        if kind == 'op' and text == '-': self.take(); return ('math', '-', ('number', '0'), self.value())
        if kind == 'op' and text == '(' and not self.is_union():
            self.take(); inner = self.either(); self.take(')')
            return inner
        if kind == 'name' and self.is_op('(', 1) and ':' not in text:
            self.take(); self.take('('); args = []
            while not self.is_op(')'):
                args.append(self.either())
                if self.is_op(','): self.take()
            self.take(')')
            if text == 'code': args[1] = ('list', args[1][2][0][1][0])
            return ('not', args[0]) if text == 'not' else ('call', text, args)
        return self.path()
    def is_union(self):
        if not self.is_op('('): return False
        ahead = 1
        while self.peek(ahead)[0] == 'name' and self.is_op('|', ahead + 1): ahead += 2
        return ahead > 1 and self.peek(ahead)[0] == 'name' and self.is_op(')', ahead + 1)
    def path(self):
        start, steps = 'here', []
        if self.is_op('//'): self.take(); start = 'anywhere'
        elif self.is_op('/'): self.take(); start = 'root'
        while True:
            steps.append(self.step())
            if self.is_op('/'): self.take(); continue
            if self.is_op('//'): fail(self.where, '// only at the start')
            return ('path', start, tuple(steps))
    def step(self):
        axis, names = 'child', None
        if self.is_op('..'): self.take(); axis = 'parent'
        elif self.is_op('.'): self.take(); axis = 'self'
        elif self.is_op('@'): self.take(); axis = 'attribute'; names = (self.take()[1],)
        elif self.is_op('*'):
            self.take()
            if self.peek()[0] == 'name' and self.peek()[1][0].isupper(): axis = 'ending'; names = (self.take()[1],)
        elif self.is_op('('):
            self.take(); names = []
            while not self.is_op(')'):
                names.append(self.take()[1])
                if self.is_op('|'): self.take()
            self.take(')'); names = tuple(names)
        elif self.peek()[0] == 'name':
            name = self.take()[1]
            if self.is_op('::'): self.take(); axis = name; name = self.take()[1]
            names = (name,)
        else: fail(self.where, 'expected a step, found ' + self.peek()[1])
        tests = []
        while self.is_op('['):
            self.take(); tests.append(self.either()); self.take(']')
        return (axis, names, tuple(map(freeze, tests)))
    def contexts(self):
        found = [self.path()]
        while self.is_op('|'): self.take(); found.append(self.path())
        return found
def freeze(node): return tuple(map(freeze, node)) if isinstance(node, (list, tuple)) else node

class RuleFile:
    """Patterns of contexts of rules, macros and repeats filled in."""
    def __init__(self, path, macros=None, only=None):
        self.path, self.patterns, self.macros, self.given = path, [], dict(macros or {}), set(macros or {})
        self.read(list(lines_of(path)), {})
        if only:
            known = {p['name'] for p in self.patterns}
            for name in only:
                if name not in known: sys.exit('%s has no pattern %s' % (path, name))
            self.patterns = [p for p in self.patterns if p['name'] in only]
    def fill(self, text, values):
        def one(m):
            name, args = m.group(1), m.group(2)
            if name not in self.macros: sys.exit('no such macro: $' + name)
            body = self.macros[name]
            return body.replace('%1', args[1:-1].strip()) if args and '%1' in body else body + (args or '')
        text = re.sub(r'\$(%s)(?!\w)' % ('|'.join(values) or '!'), lambda m: values[m.group(1)], text)
        for _ in range(8):
            filled = re.sub(r'\$(\w+)(\([^()$]*\))?', one, text)
            if filled == text: return text
            text = filled
        return text
    def read(self, lines, values):
        at = 0
        while at < len(lines):
            where, line = lines[at]; at += 1
            word = line.split()[0]
            if word == 'repeat':
                end = next(i for i in range(at, len(lines)) if lines[i][1].strip() == 'end')
                for turn in line[6:].split(';'):
                    self.read(lines[at:end], dict(values, **dict(pair.split('=', 1) for pair in turn.split())))
                at = end + 1
            elif word == 'define':
                m = re.match(r'define (\w+) = (.*)$', line)
                if m.group(1) not in self.given: self.macros[m.group(1)] = m.group(2)
            elif word == 'use':
                _, name, *only = line.split()
                self.patterns += RuleFile(pathlib.Path(self.path).with_name(name + '.rules'), self.macros, only).patterns
            elif word == 'pattern':
                _, name, syntax = line.split()
                self.patterns.append({'name': name, 'syntax': syntax, 'contexts': []})
            elif word == 'at':
                text = self.fill(line[2:], values)
                parser = Parser(where, text)
                self.patterns[-1]['contexts'].append({'where': where, 'paths': parser.whole(parser.contexts), 'rules': [], 'text': text.strip()})
            else:
                while at < len(lines) and lines[at][1].startswith('    '): line += ' ' + lines[at][1].strip(); at += 1
                m = re.match(r'(\S+) ([FWI]) (never )?(.*)$', self.fill(line, values))
                if not m: fail(where, 'ID F|W|I test')
                parser = Parser(where, m.group(4))
                self.patterns[-1]['contexts'][-1]['rules'].append(
                    {'where': where, 'id': m.group(1), 'severity': m.group(2), 'never': bool(m.group(3)), 'text': m.group(4),
                     'test': freeze(parser.whole(parser.path if m.group(3) else parser.either))})

# ---- The rule language: writing C ----

NUMBER_CALLS = {'dec', 'sum', 'count', 'round', 'round2', 'abs', 'length', 'places', 'distinct', 'date'}
TEXT_CALLS = {'ns', 'upper', 'lower', 'part', 'after', 'before', 'first', 'only'}
TRUTH_CALLS = {'filled', 'yes', 'no', 'exists', 'code', 'contains', 'starts', 'ends', 'true', 'false'}
class Writer:
    def __init__(self, names, syntax):
        self.names, self.syntax, self.code, self.known, self.memos, self.where = names, syntax, [], {}, {}, ''
    def absolute(self, node):
        """Does it say the same wherever it stands?"""
        if not isinstance(node, (tuple, list)) or not node: return True
        if not isinstance(node[0], str): return all(map(self.absolute, node))
        if node[0] == 'path': return node[1] != 'here'
        if node[0] == 'call' and node[1] not in NUMBER_CALLS | TEXT_CALLS | TRUTH_CALLS: return False
        return all(self.absolute(part) for part in node[1:])
    def function(self, kind, body, memo=False):
        """A C function of (r, n) with this body; the same body is written once."""
        key = (kind, body)
        if key not in self.known:
            name = '%s_%d' % (self.syntax, len(self.known))
            self.known[key] = name
            self.code.append('static %s %s(struct rule_run *r, uint32_t n)\n{\n    (void)r, (void)n;\n%s\n}' % (kind, name, body))
        name = self.known[key]
        if memo and kind == 'bool':
            slot = self.memos.setdefault(name, len(self.memos))
            return lambda ctx: 'rule_memo(r, %d, %s)' % (slot, name)
        return lambda ctx: '%s(r, %s)' % (name, ctx)
    def loops(self, path, ctx, inner, depth=0, indent=1):
        """C loops over what a path reaches; inner(node-or-None, value-expression) gives the statement in the middle."""
        _, start, steps = path
        def walk(index, node, level):
            pad = '    ' * level
            if index == len(steps): return pad + inner(node, 'rule_text_of(r, %s)' % node)
            axis, names, tests = steps[index]
            v = 'v%d_%d' % (depth, index)
            ids = [self.names.element(self.where, n) for n in names or () if axis not in ('attribute', 'ending')]
            if axis == 'attribute':
                a = self.names.attribute(self.where, names[0])
                if index == 0 and start == 'anywhere': fail(self.where, '//@ only as a test by itself')
                return '%s{ struct str %s = rule_attribute(r, %s, %d); if (%s.at) %s }' % (pad, v, node, a, v, inner(None, v))
            if index == 0 and start == 'anywhere':
                heads = ['for (uint32_t %s = r->tree->first[%d]; %s; %s = rule_same(r, %s))' % (v, i, v, v, v) for i in ids]
            elif index == 0 and start == 'root':
                heads = ['for (uint32_t %s = rule_root(r, %s); %s; %s = 0)' % (v, ' || '.join('r->root == %d' % i for i in ids) or 'true', v, v)]
            elif axis == 'parent': heads = ['for (uint32_t %s = rule_parent(r, %s); %s; %s = 0)' % (v, node, v, v)]
            elif axis == 'self':
                only = ' && (%s)' % ' || '.join('rule_is(r, %s, %d)' % (node, i) for i in ids) if ids else ''
                heads = ['for (uint32_t %s = %s; %s%s; %s = 0)' % (v, node, v, only, v)]
            elif axis == 'ancestor': heads = ['for (uint32_t %s = rule_ancestor(r, %s, %d); %s; %s = rule_ancestor(r, %s, %d))' % (v, node, ids[0], v, v, v, ids[0])]
            elif names is None: heads = ['for (uint32_t %s = rule_first(r, %s); %s; %s = rule_next(r, %s))' % (v, node, v, v, v)]
            else: heads = ['for (uint32_t %s = rule_child(r, %s, %d); %s; %s = rule_again(r, %s))' % (v, node, i, v, v, v) for i in ids]
            out = []
            for head in heads:
                out.append(pad + head + ' {')
                first = any(t == ('number', '1') for t in tests)
                for t in tests:
                    if t != ('number', '1'): out.append('%s    if (!(%s)) continue;' % (pad, self.truth(t, v)))
                out.append(walk(index + 1, v, level + 1))
                if first: out.append(pad + '    break;')
                out.append(pad + '}')
            return '\n'.join(out)
        return walk(0, ctx, indent)
    def is_sequence(self, node):
        return node[0] == 'path' or (node[0] == 'call' and node[1] in ('ns', 'upper', 'dec', 'lower', 'date') and self.is_sequence(node[2][0]))
    def is_number(self, node):
        return node[0] in ('number', 'math') or (node[0] == 'call' and node[1] in NUMBER_CALLS)
    def base_path(self, node): return node if node[0] == 'path' else self.base_path(node[2][0])
    def mapped(self, node, value, number):
        """The value of one item of a sequence, with the functions around it applied."""
        def text(node):
            if node[0] == 'path': return value
            inner = text(node[2][0])
            return {'ns': 'rule_ns(r, %s)', 'upper': 'rule_upper(r, %s)', 'lower': 'rule_lower(r, %s)', 'dec': '%s', 'date': '%s'}[node[1]] % inner
        reader = 'rule_date' if node[0] == 'call' and node[1] == 'date' else 'rule_number'
        return '%s(%s)' % (reader, text(node)) if number else text(node)
    def truth(self, node, ctx, once=True):
        kind = node[0]
        if once and kind in ('and', 'or', 'call', 'compare') and node[1] not in ('true', 'false') and self.absolute(node):
            return self.function('bool', '    return %s;' % self.truth(node, 'n', False), True)(ctx) # asked once a document
        if kind in ('and', 'or'): return '(' + (' && ' if kind == 'and' else ' || ').join(self.truth(p, ctx) for p in node[1]) + ')'
        if kind == 'not': return '!' + self.truth(node[1], ctx) if node[1][0] in ('and', 'or') else '!(%s)' % self.truth(node[1], ctx)
        if kind == 'path':
            if node[1] == 'anywhere' and node[2][0][0] == 'attribute':
                return '(r->tree->attribute_counts[%d] > 0)' % self.names.attribute(self.where, node[2][0][1][0])
            body = self.loops(node, 'n', lambda n, v: 'return true;') + '\n    return false;'
            return self.function('bool', body, self.absolute(node))(ctx)
        if kind == 'compare': return self.comparison(node, ctx)
        if kind == 'call': return self.truth_call(node, ctx)
        fail(self.where, 'not a test: %r' % (node,))
    def comparison(self, node, ctx):
        _, op, left, right = node
        number = self.is_number(left) or self.is_number(right) or op not in ('=', '!=')
        def test(a, b):
            if number: return 'rule_compare(%s, %s, %s)' % (a, {'=': 'IS', '!=': 'IS_NOT', '<': 'LESS', '<=': 'AT_MOST', '>': 'MORE', '>=': 'AT_LEAST'}[op], b)
            return ('' if op == '=' else '!') + 'str_equal(%s, %s)' % (a, b)
        scalar = self.number if number else self.text
        if not self.is_sequence(left) and not self.is_sequence(right): return test(scalar(left, ctx), scalar(right, ctx))
        setup, sides = '', []
        for name, side in (('a', left), ('b', right)):
            if self.is_sequence(side): sides.append(None)
            else:
                setup += '    %s %s = %s;\n' % ('struct rule_number' if number else 'struct str', name, scalar(side, 'n'))
                sides.append(name)
        if sides[0]: body = self.loops(self.base_path(right), 'n', lambda n, v: 'if (%s) return true;' % test('a', self.mapped(right, v, number)))
        elif sides[1]: body = self.loops(self.base_path(left), 'n', lambda n, v: 'if (%s) return true;' % test(self.mapped(left, v, number), 'b'))
        else:
            body = self.loops(self.base_path(left), 'n', lambda n, v: '{\n%s\n}' % self.loops(self.base_path(right), 'n', lambda m, w: 'if (%s) return true;' % test(
                self.mapped(left, v, number), self.mapped(right, w, number)), 1))
        return self.function('bool', setup + body + '\n    return false;', self.absolute(node))(ctx)
    def truth_call(self, node, ctx):
        name, args = node[1], node[2]
        if name in ('true', 'false'): return name
        if name == 'exists': return self.truth(args[0], ctx)
        if name == 'filled': return 'rule_filled(%s)' % self.text(args[0], ctx)
        if name in ('yes', 'no'):
            body = self.loops(args[0], 'n', lambda n, v: 'if (rule_%s(%s)) return true;' % (name, v)) + '\n    return false;'
            return self.function('bool', body, self.absolute(node))(ctx)
        if name == 'code':
            return 'rule_code(&code_%s_%s, %s)' % (c_name(args[1][1]), self.syntax, self.text(args[0], ctx))
        if name in ('contains', 'starts', 'ends'): return 'rule_%s(%s, %s)' % (name, self.text(args[0], ctx), self.text(args[1], ctx))
        given = ''.join(', ' + (self.number(a, ctx) if self.is_number(a) else self.text(a, ctx)) for a in args)
        return 'rule_%s(r, %s%s)' % (name, ctx, given)
    def text(self, node, ctx):
        if node[0] == 'text': return 'STR(%s)' % c_text(node[1])
        if node[0] == 'path':
            if node == ('path', 'here', (('self', None, ()),)): return 'rule_text_of(r, %s)' % ctx
            body = self.loops(node, 'n', lambda n, v: 'return %s;' % v) + '\n    return (struct str){ 0 };'
            return self.function('struct str', body)(ctx)
        if node[0] == 'call' and node[1] == 'only':
            body = '    struct str found = { 0 };\n    bool any = false;\n' + self.loops(node[2][0], 'n', lambda n, v: '{ if (any) return (struct str){ 0 }; any = true, found = %s; }' % v) + '\n    return found;'
            return self.function('struct str', body)(ctx)
        if node[0] == 'call' and node[1] in TEXT_CALLS:
            args = [self.text(node[2][0], ctx)] + [a[1] if a[0] == 'number' else self.text(a, ctx) for a in node[2][1:]]
            if node[1] == 'first': return args[0]
            return 'rule_%s(%s%s)' % (node[1], 'r, ' if node[1] in ('ns', 'upper', 'lower') else '', ', '.join(args))
        fail(self.where, 'not a text: %r' % (node,))
    def number(self, node, ctx):
        kind = node[0]
        if kind == 'number':
            whole, _, part = node[1].partition('.')
            return 'rule_whole(%s, %d)' % (whole + part, len(part))
        if kind == 'math':
            return 'rule_%s(%s, %s)' % ({'+': 'add', '-': 'subtract', '*': 'multiply', 'div': 'divide'}[node[1]], self.number(node[2], ctx), self.number(node[3], ctx))
        if kind == 'call' and node[1] == 'count' and node[2][0][1] == 'anywhere' and node[2][0][2][0][0] == 'attribute':
            return 'rule_whole(r->tree->attribute_counts[%d], 0)' % self.names.attribute(self.where, node[2][0][2][0][1][0])
        if kind == 'call' and node[1] == 'count':
            body = '    int64_t count = 0;\n' + self.loops(node[2][0], 'n', lambda n, v: 'count++;') + '\n    return rule_whole(count, 0);'
            return self.function('struct rule_number', body)(ctx)
        if kind == 'call' and node[1] == 'sum':
            body = '    struct rule_number sum = rule_whole(0, 0);\n' + self.loops(node[2][0], 'n', lambda n, v: 'sum = rule_add(sum, rule_number(%s));' % v) + '\n    return sum;'
            return self.function('struct rule_number', body)(ctx)
        if kind == 'call' and node[1] == 'distinct':
            body = '    struct rule_set set = { 0 };\n' + self.loops(self.base_path(node[2][0]), 'n', lambda n, v: 'rule_set_add(r, &set, %s);' % self.mapped(node[2][0], v, False)) + '\n    return rule_whole((int64_t)set.count, 0);'
            return self.function('struct rule_number', body)(ctx)
        if kind == 'call' and node[1] == 'dec': return self.number(node[2][0], ctx)
        if kind == 'call' and node[1] == 'date': return 'rule_date(%s)' % self.text(node[2][0], ctx)
        if kind == 'call' and node[1] in ('length', 'places'): return 'rule_%s(%s)' % (node[1], self.text(node[2][0], ctx))
        if kind == 'call' and node[1] in NUMBER_CALLS: return 'rule_%s(%s)' % (node[1], self.number(node[2][0], ctx))
        return 'rule_number(%s)' % self.text(node, ctx)
    def shown(self, node, found):
        """The plain paths in a test, for the values a problem shows: child ids, -1 parent, -2 anywhere, -3 root, 10000 + attribute."""
        if not isinstance(node, (tuple, list)) or not node: return found
        if not isinstance(node[0], str):
            for part in node: self.shown(part, found)
            return found
        if node[0] == 'path':
            out = {'here': [], 'anywhere': [-2], 'root': [-3]}[node[1]]
            for axis, names, tests in node[2]:
                if axis == 'child' and names: out.append(self.names.element(self.where, names[0]))
                elif axis == 'parent': out.append(-1)
                elif axis == 'attribute': out.append(10000 + self.names.attribute(self.where, names[0]))
                elif axis != 'self': return found
            if out not in found and len(found) < 4: found.append(out)
            return found
        for part in node[1:]: self.shown(part, found)
        return found
    def context(self, path):
        """C that tells whether node n stands at this path (its last name is known to fit)."""
        _, start, steps = path
        lines, node = [], 'n'
        for index in range(len(steps) - 1, -1, -1):
            axis, names, tests = steps[index]
            if index < len(steps) - 1:
                lines.append('    n%d = rule_parent(r, %s);' % (index, node)); node = 'n%d' % index
                if names:
                    lines.append('    if (!(%s)) return false;' % ' || '.join('rule_is(r, %s, %d)' % (node, self.names.element(self.where, n)) for n in names))
                else: lines.append('    if (!%s) return false;' % node)
            for t in tests: lines.append('    if (!(%s)) return false;' % self.truth(t, node))
        if start == 'root': lines.append('    if (rule_parent(r, %s)) return false;' % node)
        declared = ['    uint32_t ' + ', '.join('n%d' % i for i in range(len(steps) - 1)) + ';'] if len(steps) > 1 else []
        return self.function('bool', '\n'.join(declared + lines + ['    return true;']))('n').split('(')[0]

def is_once(test): return test[0] == 'compare' and test[2][:2] == ('call', 'count') and test[3] == ('number', '1')

def trie_of(writer, rules, patterns):
    """Paths never to be used, as states: [{ name id: state }], [rules of a state]."""
    edges, fires = [{}], [[]]
    def go(state, name):
        if name not in edges[state]:
            edges.append({}); fires.append([]); edges[state][name] = len(edges) - 1
        return edges[state][name]
    def add(state, steps, rule):
        if not steps: fires[state].append(rule); return
        for name in steps[0][1]: add(go(state, writer.names.element(writer.where, name)), steps[1:], rule)
    for rule, contexts, path in rules:
        for context in contexts:
            if context[1] != 'root': fail(writer.where, 'never wants a context that starts with /')
            add(0, list(context[2]) + list(path[2]), rule)
    return edges, fires

def write_rules(target, names, paths):
    out = ['/* Generated from data/rules. Do not edit. */', '#pragma once', '#include "einvoice/rules.h"', '#include "einvoice_codes.h"']
    files = {}
    for path in paths:
        for pattern in RuleFile(path).patterns: files.setdefault(pattern['syntax'], []).append((pathlib.Path(path).stem.split('_')[0], pattern))
    rows, shows, contexts_out, tables, memos = [], [0], [], [], 0
    for syntax in sorted(files):
        writer = Writer(names, syntax)
        profiles = []
        for profile in dict.fromkeys(p for p, _ in files[syntax]):
            never, dispatches = [], []
            for pattern in [pattern for p, pattern in files[syntax] if p == profile]:
                by_name = {}
                for context in pattern['contexts']:
                    writer.where = context['where']
                    from_row = len(rows)
                    for rule in context['rules']:
                        writer.where = rule['where']
                        if rule['never']:
                            never.append((rule, context['paths'], rule['test'])); continue
                        test = writer.truth(rule['test'], 'n')
                        name = writer.function('bool', '    return %s;' % test)('n').split('(')[0]
                        found, show = writer.shown(rule['test'], []), len(shows)
                        for each in found: shows.extend(each + [0])
                        shows.append(0)
                        rows.append((rule['id'], rule['severity'], name, show, 'RULE_ONCE' if is_once(rule['test']) else 'RULE_TEST'))
                    writer.where = context['where']
                    for path in context['paths']:
                        contexts_out.append((writer.context(path), from_row, len(rows) - from_row))
                        axis, last, _ = path[2][-1]
                        if axis == 'ending': ids = names.ending(last[0])
                        elif last is None: ids = range(len(names.elements)) # at *: any element
                        else: ids = [names.element(writer.where, n) for n in last]
                        for i in ids: by_name.setdefault(i, []).append(len(contexts_out) - 1)
                lists, starts = [0], [0] * len(names.elements)
                for i, found in sorted(by_name.items()):
                    starts[i] = len(lists); lists += [f + 1 for f in found] + [0]
                everywhere = len(by_name) == len(names.elements)
                dispatches.append((lists, starts, None if everywhere else sorted(by_name)))
            never_rows = {}
            for rule, contexts, path in never:
                never_rows[id(rule)] = len(rows)
                show = len(shows)
                for each in writer.shown(rule['test'], []): shows.extend(each + [0])
                shows.append(0)
                rows.append((rule['id'], rule['severity'], 'NULL', show, 'RULE_NEVER'))
            edges, fires = trie_of(writer, never, None)
            profiles.append((profile, dispatches, edges, fires, never_rows))
        out += writer.code
        for profile, dispatches, edges, fires, never_rows in profiles:
            tag = c_name(profile + '_' + syntax)
            for i, (lists, starts, used) in enumerate(dispatches):
                if used is not None: out.append('static const uint16_t names_%s_%d[] = {\n    %s };' % (tag, i, numbers(used + [0xffff])))
                out.append('static const uint16_t lists_%s_%d[] = {\n    %s };' % (tag, i, numbers(lists)))
                out.append('static const uint16_t starts_%s_%d[] = {\n    %s };' % (tag, i, numbers(starts)))
            out.append('static const struct rule_pattern patterns_%s[] = {\n%s    { NULL, NULL, NULL } };' % (
                tag, ''.join('    { starts_%s_%d, lists_%s_%d, %s },\n' % (tag, i, tag, i, 'NULL' if dispatches[i][2] is None else 'names_%s_%d' % (tag, i)) for i in range(len(dispatches)))))
            flat, from_edge, fire, from_fire = [], [], [], []
            for state, edge in enumerate(edges):
                from_edge.append(len(flat)); flat += sorted(edge.items())
                from_fire.append(len(fire)); fire += [never_rows[id(rule)] for rule in fires[state]]
            from_edge.append(len(flat)); from_fire.append(len(fire))
            out.append('static const uint16_t edge_names_%s[] = {\n    %s };' % (tag, numbers([n for n, _ in flat] or [0])))
            out.append('static const uint16_t edge_states_%s[] = {\n    %s };' % (tag, numbers([s for _, s in flat] or [0])))
            out.append('static const uint16_t edge_from_%s[] = {\n    %s };' % (tag, numbers(from_edge)))
            out.append('static const uint16_t fire_%s[] = {\n    %s };' % (tag, numbers(fire or [0])))
            out.append('static const uint16_t fire_from_%s[] = {\n    %s };' % (tag, numbers(from_fire)))
            tables.append('    { "%s", %s, patterns_%s, edge_names_%s, edge_states_%s, edge_from_%s, fire_%s, fire_from_%s },' % (
                profile, 'true' if syntax == 'cii' else 'false', tag, tag, tag, tag, tag, tag))
        memos = max(memos, len(writer.memos))
    out.append('enum { RULE_MEMOS = %d };' % memos)
    out.append('static const struct rule rule_rows[] = {')
    out += ['    { %s, %s, %s, %d, %s },' % (c_text(i), {'F': 'EINVOICE_FATAL', 'W': 'EINVOICE_WARNING', 'I': 'EINVOICE_INFORMATION'}[s], t, show, kind)
            for i, s, t, show, kind in rows] + ['};']
    out.append('static const int16_t rule_shows[] = {\n    %s };' % numbers(shows))
    out.append('static const struct rule_context rule_contexts[] = {')
    out += ['    { %s, %d, %d },' % row for row in contexts_out] + ['};']
    out.append('static const struct rule_profile rule_profiles[] = {\n%s\n};' % '\n'.join(tables))
    pathlib.Path(target).write_text('\n'.join(out) + '\n')

if __name__ == '__main__':
    what, target, *rest = sys.argv[1:]
    if what == 'list':
        data = pathlib.Path(__file__).resolve().parent.parent / 'data'
        print('\n'.join(sorted(str(path.relative_to(data)) for path in data.glob(target))))
    if what == 'names': write_names(target, Names(rest[0]))
    elif what == 'codes': write_codes(target, rest)
    elif what == 'texts': write_texts(target, rest)
    elif what == 'rules': write_rules(target, Names(rest[0]), rest[1:])
