#!/usr/bin/python3
"""The public XML Schemas of UBL 2.1 and CII D16B → data/einvoice/structure_*.txt: which element holds which, in which order, how often, of
which type. Run by hand when a schema changes; the schemas themselves are not part of the project. Facts only, no text of theirs.

  xsd_structure.py ubl|cii SCHEMA-FOLDER          prints the table (data/einvoice/structure_ubl.txt …)
  xsd_structure.py names SCHEMA-FOLDER…           prints what data/einvoice/names.txt lacks

UBL's folder is the one that holds maindoc and common; CII's the one with CrossIndustryInvoice_100pD16B.xsd."""
import pathlib, re, sys
import xml.etree.ElementTree as ET

XS = '{http://www.w3.org/2001/XMLSchema}'
PREFIXES = {
    'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2': 'cbc',
    'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2': 'cac',
    'urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2': 'ext',
    'urn:oasis:names:specification:ubl:schema:xsd:Invoice-2': 'ubl',
    'urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2': 'cn',
    'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100': 'rsm',
    'urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100': 'ram',
    'urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100': 'udt',
    'urn:un:unece:uncefact:data:standard:QualifiedDataType:100': 'qdt',
}
SIMPLE = {'decimal', 'boolean', 'date', 'time', 'dateTime', 'base64Binary', 'language'}

class Schemas:
    def __init__(self, paths):
        self.types, self.elements = {}, {}
        for path in paths:
            spaces = dict(re.findall(r'xmlns:([\w-]+)="([^"]+)"', path.read_text(encoding='utf-8')))
            spaces[''] = (re.findall(r'\sxmlns="([^"]+)"', path.read_text(encoding='utf-8')) or [''])[0]
            root = ET.parse(path).getroot()
            target = root.get('targetNamespace')
            for node in root.iter():
                for name in ('type', 'base', 'ref'):
                    if node.get(name): node.set(name, self.full(node.get(name), spaces))
                if node.tag == XS + 'element' and node.get('name'): node.set('space', target)
            for node in root:
                key = '{%s}%s' % (target, node.get('name'))
                if node.tag in (XS + 'complexType', XS + 'simpleType'): self.types[key] = node
                elif node.tag == XS + 'element': self.elements[key] = node
    def full(self, name, spaces):
        prefix, _, local = name.rpartition(':')
        return '{%s}%s' % (spaces.get(prefix, ''), local)

class Table:
    def __init__(self, schemas):
        self.schemas, self.done, self.names, self.attributes = schemas, {}, set(), set()
    def base(self, key):
        """A simple type's kind, and the attributes on the way to it: {name: (kind, required, fixed)}."""
        if key.startswith(XS): return key[len(XS):], {}
        node = self.schemas.types[key]
        step = next((n for n in node.iter() if n.tag in (XS + 'extension', XS + 'restriction')), None)
        kind, attributes = self.base(step.get('base'))
        attributes = dict(attributes)
        for a in step.findall(XS + 'attribute'):
            its, _ = self.base(a.get('type'))
            attributes[a.get('name')] = (its, a.get('use') == 'required', a.get('fixed'))
        return kind, attributes
    def name_of(self, key):
        space, local = key[1:].split('}')
        local = re.sub('Type$', '', local)
        return local if PREFIXES.get(space) in ('cac', 'cbc', 'ram', 'ubl', 'cn', 'rsm', 'ext') else '%s:%s' % (PREFIXES.get(space, 'xs'), local)
    def simple(self, key, node=None):
        if node is not None:
            self.schemas.types[key] = node
        kind, attributes = self.base(key)
        self.attributes |= set(attributes)
        words = [kind if kind in SIMPLE else 'text']
        for name in sorted(attributes):
            its, required, fixed = attributes[name]
            words.append(name + ('!' if required else '') + ('=' + fixed.replace(' ', '%20') if fixed is not None else '') + (':language' if its == 'language' else ''))
        return '(%s)' % ' '.join(words)
    def type_word(self, key, element):
        """What an element is: the name of a type with children, or a simple type written out."""
        own = element.find(XS + 'complexType')
        if own is not None: return self.simple('{own}' + element.get('name'), own)
        if key.startswith(XS): return self.simple(key)
        node = self.schemas.types[key]
        if node.find('.//' + XS + 'any') is not None: return '(any)'
        group = node.find(XS + 'sequence')
        group = node.find(XS + 'choice') if group is None else group
        if group is None: return self.simple(key)
        name = self.name_of(key)
        if name not in self.done:
            self.done[name] = None
            self.done[name] = ('choice' if group.tag == XS + 'choice' else '', [self.part(e) for e in group.findall(XS + 'element')])
        return name
    def part(self, e):
        ref = e.get('ref')
        element = self.schemas.elements[ref] if ref else e
        space, local = (ref[1:].split('}') if ref else (e.get('space'), e.get('name')))
        prefix = PREFIXES[space]
        self.names.add((local, prefix))
        low, high = e.get('minOccurs', '1'), e.get('maxOccurs', '1')
        mark = {('0', '1'): '?', ('1', '1'): '', ('0', 'unbounded'): '*', ('1', 'unbounded'): '+'}[low, high]
        return '%s:%s%s %s' % (prefix, local, mark, self.type_word(element.get('type'), element))
    def root(self, key):
        element = self.schemas.elements[key]
        self.names.add((key.split('}')[1], PREFIXES[key[1:].split('}')[0]]))
        return '%s %s' % (element.get('name'), self.type_word(element.get('type'), element))

def build(kind, folder):
    folder = pathlib.Path(folder)
    if kind == 'ubl':
        common = folder / 'common'
        paths = [folder / 'maindoc' / ('UBL-%s-2.1.xsd' % n) for n in ('Invoice', 'CreditNote')]
        paths += [common / n for n in ('UBL-CommonAggregateComponents-2.1.xsd', 'UBL-CommonBasicComponents-2.1.xsd', 'UBL-CommonExtensionComponents-2.1.xsd',
                                       'UBL-ExtensionContentDataType-2.1.xsd', 'UBL-QualifiedDataTypes-2.1.xsd', 'UBL-UnqualifiedDataTypes-2.1.xsd',
                                       'CCTS_CCT_SchemaModule-2.1.xsd')]
        roots = ['{urn:oasis:names:specification:ubl:schema:xsd:%s-2}%s' % (n, n) for n in ('Invoice', 'CreditNote')]
    else:
        paths = sorted(folder.glob('CrossIndustryInvoice_*.xsd'))
        roots = ['{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice']
    table = Table(Schemas(paths))
    return table, [table.root(r) for r in roots]

def show(kind, folder):
    table, roots = build(kind, folder)
    simple = {}
    for _, parts in table.done.values():
        for part in parts:
            word = part.split(' ', 1)[1]
            if word.startswith('('): simple.setdefault(word, len(simple) + 1)
    print('# %s as its XML Schema has it: made by tools/xsd_structure.py, read by tools/embed_structure.py. Facts, no text taken over.' %
          {'ubl': 'UBL 2.1 Invoice and CreditNote (OASIS, 4 November 2013)', 'cii': 'CII D16B (UN/CEFACT, SCRDM subset with decoupled code lists)'}[kind])
    print('# simple NUMBER KIND ATTRIBUTE…: ! must be there, =fixed (%20: a space), :language · root ELEMENT TYPE · type NAME [choice]: then its elements in order,')
    print('# each with ? (0..1), * (0..n), + (1..n) or nothing (1), and its type.')
    for word, number in simple.items(): print('simple %d %s' % (number, word[1:-1]))
    for root in roots: print('root ' + root)
    for name, (how, parts) in table.done.items():
        print('type %s%s' % (name, ' ' + how if how else ''))
        for part in parts:
            label, word = part.split(' ', 1)
            print(' %s %s' % (label, simple.get(word, word)))

def missing(folders):
    known, attributes = set(), set()
    for line in (pathlib.Path(__file__).parent.parent / 'data/einvoice/names.txt').read_text().split('\n'):
        if not line.strip() or line.startswith('#'): continue
        label, *spaces = line.split()
        if spaces == ['@']: attributes.add(label)
        else: known |= {(label.split(':')[-1], s) for s in spaces}
    tables = [build(kind, folder)[0] for kind, folder in zip(('ubl', 'cii'), folders)]
    for local, space in sorted(set().union(*(t.names for t in tables)) - known): print(local, space)
    for name in sorted(set().union(*(t.attributes for t in tables)) - attributes): print(name, '@')

if sys.argv[1] == 'names': missing(sys.argv[2:])
else: show(*sys.argv[1:3])
