#!/usr/bin/python3
"""florin check beside the official rules: the same fatal and the same other rule ids on every document?

  tests/differential/einvoice.py FOLDER [SET…] [--ids] [--from cases,shared,mutated,written] [--most N] [--seed N] [--keep FOLDER]

FOLDER (or FLORIN_OFFICIAL) holds checkouts under the names of their repositories: eInvoicing-EN16931, phive-rules, peppol-bis-invoice-3,
validation (of the Dutch Peppol authority), xrechnung-schematron. Nothing of them is part of Florin. SET: en16931 nlcius gaccount peppol selfbilling
peppol_cii xrechnung; without one: all. --ids only compares the lists of rule ids. Needs Debian's libsaxonhe-java and default-jdk-headless;
FLORIN_BINARY is the program, FLORIN_UNIT the unit tests (they write the invoices of --from written), FLORIN_SHARED the shared data.

What is kept as a difference, and why, stands in docs/formats/e-invoice-rules.md and in KEPT below: a difference not listed there fails."""
import argparse, json, os, pathlib, random, re, shutil, subprocess, sys, tempfile
import xml.etree.ElementTree as ET
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'tools'))
import embed_rules

HOME = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get('FLORIN_SHARED', HOME / '../shared')) / 'data'
FLORIN = os.environ.get('FLORIN_BINARY', str(HOME / 'build/florin'))
UNIT = os.environ.get('FLORIN_UNIT', str(HOME / 'out/gcc/unit'))
JAR = '/usr/share/java/Saxon-HE.jar'
PHIVE = 'phive-rules/phive-rules-%s/src/main/resources/external/schematron/'
PHIVE_CASES = 'phive-rules/phive-rules-%s/src/test/resources/external/test-files/'
PEPPOL_BIS = 'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:'
NLCIUS = 'urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0'

class Set:
    """rules: what florin is asked for; mine: its rule files; xslt: syntax → the official artefact (a .sch is compiled); names: what the document
    must call itself; cases: folders with published cases; ours: which rule ids are compared (the set's own, not those of EN 16931 under it)."""
    def __init__(self, rules, mine, xslt, ours, cases, name=None, process=None, written=None):
        self.written, self.own = written or rules, written is None
        self.rules, self.mine, self.xslt, self.ours, self.cases, self.name, self.process = rules, mine, xslt, re.compile(ours), cases, name, process

EN = r'(BR-(?!NL|GA|DE|TMP|SK)|UBL-|CII-)'
SETS = {
    'en16931': Set('en16931', ['en16931_ubl', 'en16931_ubl_structure', 'en16931_cii', 'en16931_cii_structure'], {
        'ubl': 'eInvoicing-EN16931/ubl/xslt/EN16931-UBL-validation.xslt', 'cii': 'eInvoicing-EN16931/cii/xslt/EN16931-CII-validation.xslt'},
        EN, ['eInvoicing-EN16931/test', 'eInvoicing-EN16931/ubl/examples', 'eInvoicing-EN16931/cii/examples']),
    'nlcius': Set('nlcius', ['nlcius_ubl', 'nlcius_cii'], {'ubl': 'validation/xsl/si-ubl-2.0.xsl', 'cii': 'validation/xsl/nlcius-cii-1.0.xsl'},
        r'(BR-NL-|SI-)', [PHIVE_CASES % 'simplerinvoicing' + 'simplerinvoicing/' + f for f in ('SI-UBL-2.0', 'SI-UBL-2.0.2', 'SI-UBL-2.0.3', 'SI-UBL-2.0.3.2', 'NLCIUS-CII-1.0.3')], NLCIUS),
    'gaccount': Set('gaccount', ['gaccount_ubl', 'nlcius_ubl'], {'ubl': 'validation/xsl/si-ubl-2.0-ext-gaccount.xsl'}, r'(BR-NL-|SI-|BR-GA-)',
        [PHIVE_CASES % 'simplerinvoicing' + 'simplerinvoicing/si-ubl-2.0-ext-gaccount-1.0'], NLCIUS + '#conformant#urn:fdc:nen.nl:gaccount:v1.0', written='nlcius'),
    'peppol': Set('peppol', ['peppol_ubl'], {'ubl': PHIVE % 'peppol' + 'openpeppol/2026.5/xslt/PEPPOL-EN16931-UBL.xslt'}, r'(PEPPOL-|(?!BR)[A-Z]{2}-[RS]-)',
        ['peppol-bis-invoice-3/rules', PHIVE_CASES % 'peppol' + 'openpeppol/2026.5/billing'], PEPPOL_BIS + 'billing:3.0'),
    'selfbilling': Set('selfbilling', ['selfbilling_ubl'], {'ubl': PHIVE % 'peppol' + 'openpeppol/2026.5/xslt/PEPPOL-EN16931-UBL-SB.xslt'}, r'(PEPPOL-|(?!BR)[A-Z]{2}-[RS]-)',
        ['peppol-bis-invoice-3/rules', PHIVE_CASES % 'peppol' + 'openpeppol/2026.3', PHIVE_CASES % 'peppol' + 'openpeppol/2026.5'], PEPPOL_BIS + 'selfbilling:3.0', 'urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0', 'peppol'),
    'peppol_cii': Set('peppol', ['peppol_cii'], {'cii': 'peppol-bis-invoice-3/rules/sch/PEPPOL-EN16931-CII.sch'}, r'(PEPPOL-|(?!BR)[A-Z]{2}-[RS]-)',
        ['peppol-bis-invoice-3/rules'], PEPPOL_BIS + 'billing:3.0'),
    'xrechnung': Set('xrechnung', ['xrechnung_ubl', 'xrechnung_cii'], {
        'ubl': PHIVE % 'xrechnung' + '3.0.2/XRechnung-UBL-validation.xslt', 'cii': PHIVE % 'xrechnung' + '3.0.2/XRechnung-CII-validation.xslt'},
        r'(BR-DE(?!C)|BR-TMP|PEPPOL-|DE-R)', ['xrechnung-schematron/test/instances', PHIVE_CASES % 'xrechnung' + '3.0.2']),
}
# Official ids that no document can ever break, so there is nothing to have.
NEVER = {
    'en16931': {'BR-CO-%02d' % n: 'its official test is true()' for n in (5, 6, 7, 8)},
    'nlcius': {'SI-INV-R000': 'of a document that is neither Invoice nor CreditNote, which is refused before', 'BR-NL-32-2': 'stands behind BR-NL-32-1 at the same places', 'BR-NL-32-3': 'stands behind BR-NL-32-1 at the same places'},
    'gaccount': {'BR-NL-32-2': 'stands behind BR-NL-32-1 at the same places', 'BR-NL-32-3': 'stands behind BR-NL-32-1 at the same places'},
    'peppol_cii': {'PEPPOL-EN16931-P0100': 'its official place is ram:ExchangedDocument, which no document has'},
}
# Differences that stay, on documents that break their schema only: (set, pattern of the rule, part of the file name, why).
TWICE = 'the seller, its address or its VAT number stands twice, which the schema forbids: the official engine then swallows an error in the place of a rule and knows no country of the seller'
KEPT = [
    ('peppol', 'GR-|IT-|NO-', 'mutated-', TWICE),
    ('peppol_cii', 'NO-|SE-|IT-', 'mutated-', TWICE),
    ('nlcius', 'BR-NL-', 'mutated-', TWICE),
]

JAVA = r'''
import javax.xml.transform.stream.StreamSource;
import net.sf.saxon.s9api.*;
import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.regex.*;

public class Judge {
    static void compile(Processor p, String[] a) throws Exception {
        StreamSource source = new StreamSource(new File(a[1]));
        for (int i = 3; i < a.length; i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            Xslt30Transformer run = p.newXsltCompiler().compile(new StreamSource(new File(a[i]))).load30();
            if (i == a.length - 1) run.setStylesheetParameters(Collections.singletonMap(new QName("allow-foreign"), new XdmAtomicValue("true")));
            run.transform(source, p.newSerializer(bytes));
            source = new StreamSource(new ByteArrayInputStream(bytes.toByteArray()), new File(a[1]).toURI().toString());
            if (i == a.length - 1) Files.write(Paths.get(a[2]), bytes.toByteArray());
        }
    }
    /* An assertion without an id has it in its text: [SI-V20-INV-R000]-This … */
    static String named(String text, int from) {
        Matcher m = Pattern.compile("\\[([A-Za-z0-9-]+)\\]").matcher(text.substring(from, Math.min(text.length(), from + 400)));
        return m.find() ? m.group(1) : "?";
    }
    public static void main(String[] a) throws Exception {
        Processor processor = new Processor(false);
        if (a[0].equals("compile")) { compile(processor, a); return; }
        processor.newXsltCompiler();
        XsltExecutable compiled = processor.newXsltCompiler().compile(new StreamSource(new File(a[0])));
        Pattern tag = Pattern.compile("<svrl:(failed-assert|successful-report)\\b[^>]*>"), id = Pattern.compile("\\bid=\"([^\"]+)\""), flag = Pattern.compile("\\b(?:flag|role)=\"([^\"]+)\"");
        for (String name : Files.readAllLines(Paths.get(a[1]))) {
            StringBuilder line = new StringBuilder(name);
            try {
                StringWriter text = new StringWriter();
                Xslt30Transformer run = compiled.load30();
                run.setMessageListener((m, t, l) -> { });
                run.setErrorListener(new net.sf.saxon.lib.StandardErrorListener() { public void error(javax.xml.transform.TransformerException e) { } public void fatalError(javax.xml.transform.TransformerException e) { } public void warning(javax.xml.transform.TransformerException e) { } });
                run.transform(new StreamSource(new ByteArrayInputStream(Files.readAllBytes(Paths.get(name)))), processor.newSerializer(text));
                Matcher m = tag.matcher(text.toString());
                while (m.find()) {
                    Matcher i = id.matcher(m.group()), f = flag.matcher(m.group());
                    line.append('\t').append(f.find() ? f.group(1) : "none").append(':').append(i.find() ? i.group(1) : named(text.toString(), m.end()));
                }
            } catch (SaxonApiException e) {
                line.append("\tABORT");
            }
            System.out.println(line);
        }
    }
}
'''

def java(folder, *arguments):
    if not (folder / 'Judge.class').exists():
        (folder / 'Judge.java').write_text(JAVA)
        subprocess.run(['javac', '-cp', JAR, '-d', folder, folder / 'Judge.java'], check=True)
    return subprocess.run(['java', '-Xss32m', '-Xmx1g', '-cp', '%s:%s' % (JAR, folder), 'Judge', *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout

def artefact(folder, official, path):
    """The compiled form: as published, or made from the .sch with the published compiler."""
    source = official / path
    if source.suffix == '.xslt' or source.suffix == '.xsl': return source
    steps = official / 'validation/convert/convert_xsl'
    target = folder / (source.stem + '.xslt')
    if not target.exists():
        java(folder, 'compile', source, target, *(steps / s for s in ('iso_dsdl_include.xsl', 'iso_abstract_expand.xsl', 'iso_svrl_for_xslt2.xsl')))
    return target

# ---- Rule ids ----

def own_ids(names):
    ids = set()
    for name in names:
        for path in (HOME / 'data/rules').glob(name + '.rules'):
            for pattern in embed_rules.RuleFile(path).patterns:
                for context in pattern['contexts']: ids.update(rule['id'] for rule in context['rules'])
    return ids

def official_ids(path, ours):
    text = path.read_text(encoding='utf-8', errors='replace')
    found = set()
    for tag, inside in re.findall(r'<svrl:(?:failed-assert|successful-report)\b([^>]*)>(.*?)</svrl:(?:failed-assert|successful-report)>', text, re.S):
        m = re.search(r'name="id"[^>]*>\s*([^<\s]+)\s*<', inside) or re.search(r'\bid="([^"{]+)"', tag) or re.search(r'\[([A-Za-z0-9-]+)\]', inside)
        if m: found.add(m.group(1))
    return {i for i in found if ours.match(i)}

def compare_ids(folder, official, name, chosen):
    theirs = set().union(*(official_ids(artefact(folder, official, p), chosen.ours) for p in chosen.xslt.values()))
    mine = {i for i in own_ids(chosen.mine) if chosen.ours.match(i)}
    never = {i: why for i, why in NEVER.get(name, {}).items() if i in theirs - mine}
    print('%s: %d official rule ids, %d ours; missing: %s; only ours: %s' % (
        name, len(theirs), len(mine), ' '.join(sorted(theirs - mine - set(never))) or 'none', ' '.join(sorted(mine - theirs)) or 'none'))
    for rule, why in sorted(never.items()): print('  not ours: %s (%s)' % (rule, why))
    return len((theirs ^ mine) - set(never))

# ---- Documents ----

SPACES = {'cac': 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2', 'cbc': 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2',
          'ext': 'urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2', 'rsm': 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100',
          'ram': 'urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100', 'udt': 'urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100'}
ROOTS = {'{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice': 'ubl', '{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote': 'ubl',
         '{%s}CrossIndustryInvoice' % SPACES['rsm']: 'cii'}
for prefix, space in SPACES.items(): ET.register_namespace(prefix, space)

def documents_of(path):
    """[(syntax, element)]: a document, or those inside a file of test cases."""
    try: root = ET.parse(path).getroot()
    except (ET.ParseError, UnicodeError, ValueError): return []
    if root.tag in ROOTS: return [(ROOTS[root.tag], root)]
    return [(ROOTS[e.tag], e) for e in root.iter() if e.tag in ROOTS]

def rename(element, syntax, chosen):
    """So that auto picks the set and its own rules about the name are met."""
    if not chosen.name: return
    at = {'ubl': '{%s}CustomizationID' % SPACES['cbc'], 'cii': './/{%s}GuidelineSpecifiedDocumentContextParameter/{%s}ID' % (SPACES['ram'], SPACES['ram'])}[syntax]
    found = element.find(at)
    if found is not None: found.text = chosen.name
    process = element.find('{%s}ProfileID' % SPACES['cbc'])
    if process is not None and chosen.process: process.text = chosen.process

VALUES = ['', ' ', '0', '-1', '1', '0.005', '12.345', 'abc', 'XX', 'EUR', 'USD', 'S', 'E', 'AE', 'O', 'K', 'NL', 'DE', 'SE', 'NO', 'DK', 'IT', 'GR', 'IS', '380', '381', '384', '326', '30', '31', '42', '48', '49',
          '57', '58', '59', '93', '0106', '0088', '0192', '9944', '2026-02-31', '20260231', 'true', 'false', '100', '1e3', '+5', 'VAT', 'VA', 'NL123456782B01', 'SE556036079301', 'DK12345674', 'ZZZ', '95',
          '#SKONTO#TAGE=14#PROZENT=2.00#\n', 'nobody@example.com', '110', 'application/pdf', '50', '130', 'C62', '1A', 'VATEX-EU-AE', 'VATEX-EU-G']
def mutate(element, chance):
    """Drops, doubles, alters, moves or renames one to three elements or attributes."""
    for _ in range(chance.randint(1, 3)):
        parents = [(p, c) for p in element.iter() for c in p]
        if not parents: return
        parent, child = chance.choice(parents)
        how = chance.randrange(10)
        texts = [e for e in element.iter() if not len(e)]
        if how < 3: parent.remove(child)
        elif how < 5: parent.insert(list(parent).index(child), ET.fromstring(ET.tostring(child)))
        elif how < 8: chance.choice(texts).text = chance.choice(VALUES)
        elif how == 8:
            e = chance.choice([e for e in element.iter() if e.attrib] or texts)
            if e.attrib:
                key = chance.choice(sorted(e.attrib))
                if chance.random() < 0.4: del e.attrib[key]
                else: e.attrib[key] = chance.choice(VALUES)
        else: # the value of one like it elsewhere
            like = [e for e in texts if e.tag == chance.choice(texts).tag]
            if like: chance.choice(like).text = chance.choice(texts).text

def gather(folder, official, chosen, options):
    """Writes the documents; [(syntax, path)]."""
    out, chance = [], random.Random(options.seed)
    def put(kind, name, syntax, element):
        if syntax not in chosen.xslt: return
        path = folder / ('%s-%s-%d.xml' % (kind, name, len(out)))
        path.write_bytes(ET.tostring(element, encoding='utf-8', xml_declaration=True))
        out.append((syntax, path))
    sources = []
    if 'cases' in options.kinds or 'mutated' in options.kinds:
        for place in chosen.cases: sources += [('case', p) for p in sorted((official / place).rglob('*.xml'))]
    if 'shared' in options.kinds or 'mutated' in options.kinds:
        for place in ('en16931/examples', 'en16931/oracle', 'xrechnung', 'triples'): sources += [('shared', p) for p in sorted((SHARED / place).rglob('*.xml'))]
    read = [(kind, p.stem, syntax, element) for kind, p in sources for syntax, element in documents_of(p) if syntax in chosen.xslt]
    for kind, name, syntax, element in read:
        if kind == 'case' and 'cases' not in options.kinds or kind == 'shared' and 'shared' not in options.kinds: continue
        if kind == 'shared': rename(element, syntax, chosen)
        put(kind, name, syntax, element)
    if options.most and len(out) > options.most: out = chance.sample(out, options.most)
    if 'mutated' in options.kinds:
        for kind, name, syntax, element in chance.choices([r for r in read if len(ET.tostring(r[3])) < 60000], k=options.mutations):
            copy = ET.fromstring(ET.tostring(element))
            if kind == 'shared' or chance.random() < 0.5: rename(copy, syntax, chosen)
            mutate(copy, chance)
            put('mutated', name, syntax, copy)
    if 'written' in options.kinds:
        written = folder / 'written'
        written.mkdir()
        subprocess.run([UNIT, 'einvoice_written_for_a_profile'], check=True, stdout=subprocess.DEVNULL, env={**os.environ, 'FLORIN_WRITE': str(written), 'FLORIN_INVOICES': str(options.written)})
        for p in sorted(written.glob(chosen.written + '-*.xml')):
            for syntax, element in documents_of(p):
                rename(element, syntax, chosen)
                put('written', p.stem, syntax, element)
    return out

# ---- Verdicts ----

def verdicts(chosen, files):
    out = {}
    for at in range(0, len(files), 500):
        answer = subprocess.run([FLORIN, 'check', '--rules', chosen.rules, '--json', *map(str, files[at:at + 500])], stdout=subprocess.PIPE, text=True).stdout
        for line in answer.splitlines():
            row = json.loads(line)
            found = [(p['severity'] == 'fatal', p['rule']) for p in row['problems']]
            out[row['file']] = ({r for f, r in found if f and chosen.ours.match(r)}, {r for f, r in found if not f and chosen.ours.match(r)}, any(f for f, _ in found) or bool(row.get('structure')), bool(row.get('structure')))
    return out

def kept(name, rule, file):
    return any(s == name and re.match(r, rule) and f in file for s, r, f, _ in KEPT)

def compare(folder, official, name, chosen, options):
    documents = gather(folder, official, chosen, options)
    ours = verdicts(chosen, [p for _, p in documents])
    wrong = aborts = judged = kept_count = 0
    fired = set()
    for syntax, path in chosen.xslt.items():
        files = [p for s, p in documents if s == syntax]
        if not files: continue
        listing = folder / 'files'
        listing.write_text('\n'.join(map(str, files)))
        for line in java(folder, artefact(folder, official, path), listing).splitlines():
            file, *found = line.split('\t')
            fatal, other, refused, broken = ours.get(file, (set(), set(), False, False))
            judged += 1
            if 'ABORT' in found:
                aborts += 1
                if not refused: print('%s: the official rules abort, ours see nothing' % os.path.basename(file)); wrong += 1
                continue
            pairs = [f.split(':', 1) for f in found]
            their_fatal = {i for f, i in pairs if f in ('fatal', 'error') and chosen.ours.match(i)}
            their_other = {i for f, i in pairs if f not in ('fatal', 'error') and chosen.ours.match(i)} - their_fatal
            if chosen.own and '/written-' in file and [i for f, i in pairs if f in ('fatal', 'error')]:
                wrong += 1
                print('%s: ours, and officially not valid: %s' % (os.path.basename(file), sorted({i for f, i in pairs if f in ('fatal', 'error')})))
            fired |= their_fatal | their_other
            differ = (their_fatal ^ fatal) | (their_other ^ (other - fatal))
            if differ and broken and all(kept(name, r, os.path.basename(file)) for r in differ): kept_count += 1; continue
            if differ:
                wrong += 1
                if wrong <= options.show:
                    print('%s: fatal only official %s, only ours %s; others only official %s, only ours %s' % (
                        os.path.basename(file), *(sorted(s) for s in (their_fatal - fatal, fatal - their_fatal, their_other - other, other - fatal - their_other))))
                    if options.keep: shutil.copy(file, options.keep)
    all_ids = set().union(*(official_ids(artefact(folder, official, p), chosen.ours) for p in chosen.xslt.values()))
    print('%s: %d documents, %d differ, %d kept differences, the official rules abort on %d; %d of %d rules fired' % (name, judged, wrong, kept_count, aborts, len(fired & all_ids), len(all_ids)))
    if options.silent: print('  never fired:', ' '.join(sorted(all_ids - fired)))
    return wrong

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', nargs='?', default=os.environ.get('FLORIN_OFFICIAL'))
    parser.add_argument('sets', nargs='*', metavar='SET')
    parser.add_argument('--ids', action='store_true')
    parser.add_argument('--from', dest='kinds', default='cases,shared,mutated,written')
    parser.add_argument('--most', type=int, default=0, help='at most so many cases and shared documents')
    parser.add_argument('--mutations', type=int, default=1000)
    parser.add_argument('--written', type=int, default=300)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--show', type=int, default=20)
    parser.add_argument('--silent', action='store_true', help='list the rules that never fired')
    parser.add_argument('--keep', help='copy what differs to this folder')
    options = parser.parse_args()
    options.kinds = options.kinds.split(',')
    if not options.folder or not pathlib.Path(options.folder).is_dir() or not pathlib.Path(JAR).exists() or not shutil.which('javac'):
        print('not run: say where the official artefacts are; needs libsaxonhe-java and default-jdk-headless')
        return 0
    official, wrong = pathlib.Path(options.folder).resolve(), 0
    for name in options.sets or SETS:
        with tempfile.TemporaryDirectory() as folder:
            folder, chosen = pathlib.Path(folder), SETS[name]
            missing = [p for p in chosen.xslt.values() if not (official / p).exists()]
            if missing: print('%s: not run, no %s' % (name, missing[0])); continue
            wrong += compare_ids(folder, official, name, chosen)
            if not options.ids: wrong += compare(folder, official, name, chosen, options)
    return 1 if wrong else 0

if __name__ == '__main__': sys.exit(main())
