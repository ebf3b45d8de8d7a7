#!/usr/bin/python3
"""florin's verdict beside the official EN 16931 XSLT under Saxon-HE (Debian: libsaxonhe-java, default-jdk-headless), warm, in one run: at least 30 ×.
With --differential FILE… (or no files: those of ../shared) it compares the fatal rule ids on each UBL document instead.

  tests/bench/einvoice_saxon.py [--differential] [FILE…]

FLORIN_BINARY: the release program; FLORIN_BENCH: the folder of bench_einvoice. The XSLT is ../shared/data/xsd/ubl-2.1/EN16931-UBL-validation.xslt (FLORIN_SHARED), or XSLT=path."""
import json, os, pathlib, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tools'))
import target

SHARED = pathlib.Path(os.environ.get('FLORIN_SHARED', '../shared'))
XSLT = pathlib.Path(os.environ.get('XSLT', SHARED / 'data/xsd/ubl-2.1/EN16931-UBL-validation.xslt'))
JARS = '/usr/share/java/Saxon-HE.jar'
JAVA = r'''
import javax.xml.transform.stream.StreamSource;
import net.sf.saxon.s9api.*;
import java.io.*;
import java.nio.file.*;
import java.util.*;

public class Warm {
    public static void main(String[] a) throws Exception {
        Processor processor = new Processor(false);
        XsltExecutable compiled = processor.newXsltCompiler().compile(new StreamSource(new File(a[0])));
        List<String> names = Files.readAllLines(Paths.get(a[2]));
        List<byte[]> files = new ArrayList<>();
        for (String name : names) files.add(Files.readAllBytes(Paths.get(name)));
        int rounds = Integer.parseInt(a[1]);
        long best = Long.MAX_VALUE;
        var clock = java.lang.management.ManagementFactory.getThreadMXBean();
        for (int round = 0; round < rounds; round++) {
            long from = clock.getCurrentThreadCpuTime(); // of this thread: what others do on the machine does not count
            for (int i = 0; i < files.size(); i++) {
                StringWriter text = new StringWriter();
                Serializer out = processor.newSerializer(text);
                String answer;
                try {
                    Xslt30Transformer run = compiled.load30();
                    run.transform(new StreamSource(new ByteArrayInputStream(files.get(i))), out);
                    answer = text.toString();
                } catch (SaxonApiException e) {
                    answer = "ABORT";
                }
                if (rounds == 1) System.out.println(names.get(i) + "\t" + answer.replace('\n', ' ').replace('\t', ' '));
            }
            best = Math.min(best, clock.getCurrentThreadCpuTime() - from);
        }
        if (rounds > 1) System.out.println(best / 1000.0 / files.size());
    }
}
'''

def saxon(folder, rounds, files):
    listing = folder / 'files'
    listing.write_text('\n'.join(map(str, files)))
    (folder / 'Warm.java').write_text(JAVA)
    subprocess.run(['javac', '-cp', JARS, '-d', folder, folder / 'Warm.java'], check=True)
    return subprocess.run(['java', '-Xss16m', '-cp', '%s:%s' % (JARS, folder), 'Warm', XSLT, str(rounds), listing],
                          check=True, capture_output=True, text=True).stdout

def fatal(answer):
    found = set()
    for tag in re.findall(r'<svrl:failed-assert\b[^>]*>', answer):
        if 'flag="fatal"' in tag: found.add(re.search(r'\bid="([^"]+)"', tag).group(1))
    return found

def ubl(files):
    files = [pathlib.Path(f) for f in files] or sorted((SHARED / 'data/en16931/oracle').glob('*.xml'))
    return [f for f in files if re.search(rb'xsd:(Invoice|CreditNote)-2', f.read_bytes()[:8000])]

def differential(florin, folder, files):
    ours, wrong = {}, 0
    answer = subprocess.run([florin, 'check', '--rules', 'en16931', '--json', *map(str, files)], capture_output=True, text=True).stdout
    for line in answer.splitlines():
        row = json.loads(line)
        ours[row['file']] = {p['rule'] for p in row['problems'] if p['severity'] == 'fatal'}
    for line in saxon(folder, 1, files).splitlines():
        name, answer = line.split('\t', 1)
        if answer == 'ABORT': continue
        theirs = fatal(answer)
        if theirs != ours.get(name):
            wrong += 1
            print('%s: only official %s, only ours %s' % (name, sorted(theirs - ours.get(name, set())), sorted(ours.get(name, set()) - theirs)))
    print('%d documents, %d differ' % (len(files), wrong))
    return wrong

def bench(program, folder, files):
    documents = folder / 'documents'
    documents.mkdir()
    for f in files: shutil.copy(f, documents / f.name)
    text = subprocess.run([program, documents], capture_output=True, text=True, env={**os.environ, 'READS': '100'}).stdout
    ours = float(re.search(r'einvoice_check\D+([\d.]+) us', text).group(1))
    theirs = float(saxon(folder, 4, files))
    print('%d UBL documents: official XSLT under Saxon-HE, warm %.0f us; einvoice_check %.1f us' % (len(files), theirs, ours))
    return not target.at_least('official XSLT under Saxon-HE, warm / our check', theirs / ours, 'x', 30)

def main():
    files = sys.argv[1:]
    florin = os.environ.get('FLORIN_BINARY', 'build/florin')
    program = os.path.join(os.environ.get('FLORIN_BENCH', 'out/bench'), 'bench_einvoice')
    compare = '--differential' in files
    if not XSLT.exists() or not pathlib.Path(JARS).exists() or not shutil.which('javac'):
        print('not run: needs %s, libsaxonhe-java and default-jdk-headless' % XSLT)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        documents = ubl([f for f in files if f != '--differential'])
        return 1 if (differential(florin, pathlib.Path(folder), documents) if compare else bench(program, pathlib.Path(folder), documents)) else 0

sys.exit(main())
