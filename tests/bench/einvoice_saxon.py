#!/usr/bin/python3
"""florin's verdict beside the official EN 16931 XSLT under Saxon-HE (Debian: libsaxonhe-java, default-jdk-headless), warm, in one run: at least 30 ×.
With --differential FILE… (or no files: those of ../shared) it compares the fatal rule ids on each UBL document instead.

  tests/bench/einvoice_saxon.py [--differential] [FILE…]

Both sides read and judge the same documents by the same rules (EN 16931; ours checks the structure besides), each in a process that waits
between rounds; both are measured in CPU time of the whole process, so that a garbage collector or a compiler on another thread is paid for
and what else the machine does is not. First Saxon runs until three rounds in a row agree within 5 % (its compiler is done; a minute or so);
then the two take turns, and what is judged is the median of the turns, each a ratio under the same load.

FLORIN_BINARY: the release program; FLORIN_BENCH: the folder of bench_einvoice. The XSLT is ../shared/data/xsd/ubl-2.1/EN16931-UBL-validation.xslt (FLORIN_SHARED), or XSLT=path."""
import json, os, pathlib, re, shutil, statistics, subprocess, sys, tempfile, time

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
        var clock = (com.sun.management.OperatingSystemMXBean) java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in));
        for (String line = ""; a[1].equals("once") || (line = asked.readLine()) != null;) {
            String[] range = a[1].equals("once") ? new String[] { "1", "0", "" + files.size() } : line.split(" ");
            long from = clock.getProcessCpuTime();
            for (int i = Integer.parseInt(range[1]); i < Integer.parseInt(range[2]); i++) {
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
                if (a[1].equals("once")) System.out.println(names.get(i) + "\t" + answer.replace('\n', ' ').replace('\t', ' '));
            }
            if (a[1].equals("once")) return;
            System.out.println(clock.getProcessCpuTime() - from);
        }
    }
}
'''

def java(folder, how, files):
    """The command that judges these files by the official rules: how is `once` (prints what they say) or `rounds` (one a line of input, 1 FROM TO)."""
    listing = folder / 'files'
    listing.write_text('\n'.join(map(str, files)) + '\n')
    (folder / 'Warm.java').write_text(JAVA)
    subprocess.run(['javac', '-cp', JARS, '-d', folder, folder / 'Warm.java'], check=True)
    return ['java', '-Xss16m', '-Xms512m', '-XX:+UseSerialGC', '-cp', '%s:%s' % (JARS, folder), 'Warm', XSLT, how, listing]

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
    for line in subprocess.run(java(folder, 'once', files), check=True, capture_output=True, text=True).stdout.splitlines():
        name, answer = line.split('\t', 1)
        if answer == 'ABORT': continue
        theirs = fatal(answer)
        if theirs != ours.get(name):
            wrong += 1
            print('%s: only official %s, only ours %s' % (name, sorted(theirs - ours.get(name, set())), sorted(ours.get(name, set()) - theirs)))
    print('%d documents, %d differ' % (len(files), wrong))
    return wrong

class Side:
    """A program that answers each line with the CPU time that a round took."""
    def __init__(self, command):
        self.program = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    def round(self, part, times=1):
        """Microseconds of CPU time a document, over the documents from … to …"""
        self.program.stdin.write('%d %d %d\n' % (times, *part))
        self.program.stdin.flush()
        return int(self.program.stdout.readline()) / 1000 / (part[1] - part[0]) / times
    def end(self):
        self.program.stdin.close()
        self.program.wait()

WARM_LEAST, WARM_MOST, WARM_SECONDS, TURNS, OURS_IN_A_TURN = 12, 40, 240, 5, 20

def warm(side, part):
    """Rounds until three in a row agree within 5 %; some at the least, for on a busy machine its compiler lags behind."""
    rounds, until = [], time.monotonic() + WARM_SECONDS
    while len(rounds) < WARM_MOST and time.monotonic() < until:
        rounds.append(side.round(part))
        if len(rounds) >= WARM_LEAST and max(rounds[-3:]) <= 1.05 * min(rounds[-3:]): break
    return rounds

def compared(theirs, ours, sizes, part, what):
    turns = [(theirs.round(part), ours.round(part, OURS_IN_A_TURN)) for _ in range(TURNS)]
    ratios = sorted(a / b for a, b in turns)
    print('%s: %d of %.1f kB: official XSLT under Saxon-HE %.0f us each; ours, read, rules and structure, %.1f us; %d turns from %.1f to %.1f x' % (
        what, part[1] - part[0], statistics.mean(sizes[part[0]:part[1]]) / 1000, statistics.median(a for a, _ in turns),
        statistics.median(b for _, b in turns), TURNS, ratios[0], ratios[-1]))
    return target.at_least('official XSLT under Saxon-HE, warm / our check, ' + what, statistics.median(ratios), 'x', 30)

def bench(program, folder, files):
    files = sorted(files, key=lambda f: f.stat().st_size)
    sizes = [f.stat().st_size for f in files]
    everything = 0, len(files)
    usual = sum(size < 6000 for size in sizes), sum(size <= 24000 for size in sizes)
    theirs, ours = Side(java(folder, 'rounds', files)), Side([program, '--rounds', folder / 'files'])
    try:
        rounds = warm(theirs, everything)
        ours.round(everything, OURS_IN_A_TURN)
        print('%d rounds to warm up: %.0f us a document, then %.0f' % (len(rounds), rounds[0], rounds[-1]))
        good = compared(theirs, ours, sizes, everything, 'all UBL documents')
        good &= compared(theirs, ours, sizes, usual, 'those of 6 to 24 kB')
    finally:
        theirs.end()
        ours.end()
    return not good

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
