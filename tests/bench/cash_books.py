#!/usr/bin/python3
"""Cash application through the books: what `../shared/bench/cash` generates goes in by the commands a user has, and what comes out is scored.

  tests/bench/cash_books.py [--seeds 31,32,33,34,35] [--levels easy,normal,hard] [--schemes 0,1,…] [--customers 900] [--keep DIR] [--data URL]
                            [--bounds normal] [--rows easy:999000,normal:999000,…] [--quick] [--speed] [--no-quality]     (also --seed, --level, --scheme)

Each seed: florin company add · bank-account add · import run (customers, open invoices, paid invoices, payments) · cash batch-import (settlements,
collections) · cash train · statement import · cash run · cash export; then cashapp_score.py. Prints issue 4's table, the slices, the calibration,
ties that were posted (cash_oracle.py), and what no engine could know (cash_bound.py). `--data postgresql://…` does it there.
Then the speed: 10,000 lines against 100,000 open items of 3,000 customers, from the statement's file to posted and committed."""
import argparse, csv, json, os, re, resource, subprocess, sys, tempfile, time
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(here, '..', '..', 'tools'), here]
import target, cash_bound, cash_oracle
shared = os.environ.get('FLORIN_SHARED', os.path.join(here, '..', '..', '..', 'shared'))
bench = os.path.join(shared, 'bench', 'cash')
florin = os.environ.get('FLORIN_BINARY', 'build/florin')
# level, setting in millionths, history: automatic, precision, exact, hit@3 (issue 4)
ROWS = [('easy', 999000, True, .93, .999, .98, .99), ('normal', 999000, True, .86, .999, .96, .98), ('normal', 995000, True, .92, .995, None, None),
        ('hard', 995000, True, .84, .995, .93, .95), ('normal', 999000, False, .70, .998, .88, None)]

def rows(path): return list(csv.DictReader(open(path, encoding='utf-8')))
def sets(text): return {part.rpartition(':')[0] for part in text.split(';') if part}
cents = cash_bound.cents

class Books:
    """One set of books, and what each command took: seconds of one core (the machine may be shared), and of the clock."""
    def __init__(self, data): self.data, self.took, self.wall, self.most = data, {}, {}, 0
    def run(self, name, *words):
        began, busy = time.time(), os.times()
        # one thread: what is claimed is claimed of one core
        done = subprocess.run([florin, *words, '--data', self.data], capture_output=True, text=True, env=dict(os.environ, OMP_THREAD_LIMIT='1', LC_ALL='C.UTF-8'))
        now = os.times()
        self.took[name] = self.took.get(name, 0) + now.children_user + now.children_system - busy.children_user - busy.children_system
        self.wall[name] = self.wall.get(name, 0) + time.time() - began
        self.most = max(self.most, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
        if done.returncode: sys.exit(f'florin {" ".join(words)}: {done.stderr[:600]}')
        return done.stdout

def make(data):
    books = Books(data)
    books.run('make', 'company', 'add', '--name', 'Waterland ' + os.path.basename(data), '--country', 'NL', '--currency', 'EUR', '--language', 'nl')
    books.run('make', 'bank-account', 'add', '--name', 'ING', '--iban', 'NL83INGB0006660001', '--holder', 'Waterland Techniek B.V.')
    return books

def batches(books, folder):
    """Settlements as the provider gives them; our own collections name the invoice by its number, as a pain.008 does."""
    number = {r['invoice_id']: r['invoice_number'] for name in ('open', 'paid') for r in rows(f'{folder}/{name}_invoices.csv')}
    with open(f'{folder}/collections.csv', 'w', newline='') as f:
        w = csv.writer(f); w.writerow(['batch', 'end_to_end_id', 'collected_on', 'invoice', 'description', 'amount'])
        for r in rows(f'{folder}/sdd_collections.csv'): w.writerow([r['pmtinf_id'], r['end_to_end_id'], r['collection_date'], number[r['invoice_id']], number[r['invoice_id']], r['amount']])
    for name in ('psp_settlements', 'collections'):
        if rows(f'{folder}/{name}.csv'): books.run('batches', 'cash', 'batch-import', '--content', f'{folder}/{name}.csv', '--file-name', name + '.csv')

def load(books, folder, history):
    day = max(r['issue_date'] for r in rows(f'{folder}/open_invoices.csv'))
    run = lambda name, *more: books.run('import', 'import', 'run', '--content', f'{folder}/{name}.csv', '--file-name', name + '.csv', *more)
    run('customers', '--kind', 'customers')
    run('open_invoices', '--kind', 'receivables', '--dated-on', day)
    if history: run('paid_invoices', '--kind', 'paid_invoices'); run('history', '--kind', 'payments')
    if can('cash batch-import'): batches(books, folder)
    if history: books.run('train', 'cash', 'train')
    books.run('statement', 'statement', 'import', '--content', f'{folder}/camt053.xml', '--file-name', 'camt053.xml')

def can(command):
    return command in subprocess.run([florin, 'help'], capture_output=True, text=True).stdout

def generate(options, seed, level, scheme):
    folder = os.path.join(options.keep, f'd-{seed}-{level}' + (f'-{scheme}' if scheme is not None else ''))
    if not os.path.exists(f'{folder}/truth.csv'):
        subprocess.run(['/usr/bin/python3', f'{bench}/cashapp_gen.py', '--out', folder, '--seed', str(seed), '--customers', str(options.customers), '--level', level] +
                       (['--scheme', str(scheme)] if scheme is not None else []), check=True, stdout=subprocess.DEVNULL)
    return folder

# ---- What could be known (cash_bound.py, cash_oracle.py) ----

bounds = {}
def bound_of(folder):
    if folder not in bounds: bounds[folder] = cash_bound.bound(folder)
    return bounds[folder]

def fates(folder, predictions, bounded):
    """Of each line in scope: (right, value, kind of draw that decides it, share of it that the best engine gets, a tie that was posted)."""
    said, several, tied = {r['entry_id']: r for r in rows(predictions)}, bound_of(folder) if bounded else {}, set(cash_oracle.ties(folder, predictions))
    found = []
    for t in rows(f'{folder}/truth.csv'):
        if t['category'] == 'unrelated': continue
        p = said.get(t['entry_id'], {})
        right = p.get('category') == t['category'] and (t['category'] not in ('match', 'psp', 'sdd', 'reversal') or sets(t['allocations']) == sets(p.get('allocations') or ''))
        kind, best = several.get(t['entry_id'], ('', 1))
        found.append((right, abs(cents(t['amount'])), kind, best, t['entry_id'] in tied))
    return found

def reach_of(fate):
    reach = cash_bound.Reach()
    for right, value, _, share, _ in fate: reach.add(right, value, share)
    return reach

def what_could_be_known(fate, name):
    """The bound over engines, and how near this one came; each by count and by value."""
    reach, told = reach_of(fate), reach_of([f for f in fate if not f[2]])
    wrong = [f for f in fate if not f[0]]
    kinds = {k: sum(f[2] == k for f in fate) for k in ('run', 'equal', 'report')}
    print(f"    {reach.text()}")
    print(f"    what was drawn: {', '.join(f'{k} {c}' for k, c in kinds.items())}; of {len(wrong)} wrong lines {sum(bool(f[2]) for f in wrong)} are such, {cash_bound.percent(sum(f[1] for f in wrong if f[2]), sum(f[1] for f in wrong))} of the wrong value; "
          f"the ten largest wrong lines are {cash_bound.percent(sum(sorted((f[1] for f in wrong), reverse=True)[:10]), reach.value)} of all value; by value is known to "
          f"{sum((f[1] / reach.value) ** 2 for f in wrong) ** .5:.2%} (standard error). Where nothing was drawn: {cash_bound.percent(told.right, told.lines)} by count, {cash_bound.percent(told.right_value, told.value)} by value")

# ---- The table ----

def measure(options, level, setting, history, seeds):
    total, slices, ece, fate, took, most = dict(n=0, auto=0, wrong=0, exact=0, hit=0, value=0, matches=0), {}, [], [], {}, 0
    for seed in seeds:
        for scheme in options.schemes:
            folder = generate(options, seed, level, scheme)
            name = f'{seed}-{level}-{setting}-{scheme}-{"past" if history else "none"}'
            with tempfile.TemporaryDirectory(dir='/dev/shm' if os.path.isdir('/dev/shm') else None) as place:
                books = make(options.data or place)
                load(books, folder, history)
                books.run('settings', 'cash', 'set', '--precision-ppm', str(setting), *settings_beside(books))
                books.run('run', 'cash', 'run')
                books.run('export', 'cash', 'export', '--out', f'{folder}/said.csv')
            subprocess.run(['/usr/bin/python3', f'{bench}/cashapp_score.py', f'{folder}/truth.csv', f'{folder}/said.csv', '--json', f'{folder}/score.json', '--quiet'], check=True)
            s = json.load(open(f'{folder}/score.json'))
            n, m = s['in_scope'], sum(v['n'] for k, v in s['breakdown'].items() if k.startswith('size:'))
            total['n'] += n; total['auto'] += s['auto_coverage'] * n; total['wrong'] += s['auto_wrong']; total['exact'] += s['set_exact'] * n
            total['hit'] += s['hit@3'] * m; total['matches'] += m
            ece += said_sure(folder); fate += fates(folder, f'{folder}/said.csv', level in options.bounds)
            for key, v in s['breakdown'].items():
                x = slices.setdefault(key, [0, 0.0, 0.0, 0]); x[0] += v['n']; x[1] += v['exact'] * v['n']; x[2] += v['auto'] * v['n']; x[3] += v['wrong_auto']
            for key, seconds in books.took.items(): took[key] = took.get(key, 0) + seconds
            most = max(most, books.most)
            if options.verbose: print(f'    {name}: {books.took}', file=sys.stderr)
    return total, slices, (calibration(ece), ece), fate, took, most

def settings_beside(books):
    """The other settings as they are: `cash set` takes all of them."""
    now = dict(line.split(None, 1) for line in books.run('settings', 'cash', 'settings').splitlines() if len(line.split(None, 1)) == 2)
    return [word for key, value in now.items() if key != 'precision_ppm' for word in ('--' + key.replace('_', '-'), value.strip())]

def said_sure(folder):
    truth, found = {r['entry_id']: r for r in rows(f'{folder}/truth.csv')}, []
    for p in rows(f'{folder}/said.csv'):
        t = truth.get(p['entry_id'])
        if not t or p['category'] in ('unknown', 'unrelated', ''): continue
        right = t['category'] == p['category'] and (t['category'] not in ('match', 'psp', 'sdd', 'reversal') or sets(t['allocations']) == sets(p['allocations']))
        found.append((float(p['confidence']), right))
    return found

def calibration(said):
    error = 0
    for b in range(10):
        g = [x for x in said if min(9, int(x[0] * 10)) == b]
        if g: error += abs(sum(r for _, r in g) - sum(c for c, _ in g)) / len(said)
    return error

def quality(options):
    print(f"{'level':22} {'setting':>9} {'lines':>6} {'auto':>8} {'wrong':>6} {'precision':>9} {'exact':>8} {'hit@3':>8} {'by value':>8} {'ECE':>7} {'at best':>8} {'its value':>9} {'ties':>6}")
    took, peak = {}, 0
    chosen = [r for r in ROWS if r[0] in options.levels]
    if options.rows: chosen = [r for r in ROWS if f'{r[0]}:{r[1]}' in options.rows and r[2]]
    for level, setting, history, auto, precision, exact, hit in chosen:
        total, slices, (ece, sure), fate, seconds, mb = measure(options, level, setting, history, options.seeds)
        for key, value in seconds.items(): took[key] = took.get(key, 0) + value
        n, posted, peak = total['n'], total['auto'], max(peak, mb)
        reach = reach_of(fate)
        got = dict(auto=posted / n, precision=1 - total['wrong'] / max(1, posted), exact=total['exact'] / n, hit=total['hit'] / max(1, total['matches']),
                   value=reach.right_value / reach.value, best=float(reach.best / reach.lines), bestvalue=float(reach.best_value / reach.value))
        ties = sum(f[4] for f in fate)
        name = level + ('' if history else ', no history')
        best, best_value = (f"{got['best']:.2%}", f"{got['bestvalue']:.2%}") if level in options.bounds else ('-', '-')
        print(f"{name:22} {setting / 10000:7.2f} % {n:6d} {got['auto']:8.1%} {total['wrong']:6d} {got['precision']:9.3%} {got['exact']:8.2%} {got['hit']:8.2%} "
              f"{got['value']:8.2%} {ece:7.4f} {best:>8} {best_value:>9} {ties:6d}", flush=True)
        name = f'{name} at {setting / 10000:g} %'
        target.at_least(f'{name}: automatic', 100 * got['auto'], '%', 100 * auto)
        target.at_least(f'{name}: precision of what was posted', 100 * got['precision'], '%', 100 * precision)
        if exact: target.at_least(f'{name}: set exact', 100 * got['exact'], '%', 100 * exact)
        if hit: target.at_least(f'{name}: hit@3', 100 * got['hit'], '%', 100 * hit)
        if history: target.at_most(f'{name}: ECE', ece, '', .02)
        target.at_most(f'{name}: ties posted', ties, 'lines', 0)
        near = [right for c, right in sure if .985 <= c < .995]; most = [right for c, right in sure if c >= .99]
        print(f"    of {len(near)} lines given 0.985 to 0.995, {sum(near) / max(1, len(near)):.2%} are right; of {len(most)} given 0.99 or more, {sum(most) / max(1, len(most)):.3%}")
        if level in options.bounds: what_could_be_known(fate, name)
        if level == 'normal' and setting == 999000 and history:
            share = lambda key: 100 * slices[key][1] / slices[key][0] if key in slices else 0
            target.at_least(f'{name}: running-account payers, set exact', share('tag:running'), '%', 85)
            target.at_least(f'{name}: across customers, set exact', share('tag:cross_customer'), '%', 70)
            target.at_least(f'{name}: 4-9 invoices, set exact', share('size:4-9'), '%', 88)
            if fate and 'bestvalue' in got: target.at_least(f'{name}: by value, and what is proven impossible, no worse than by count', 100 * (got['value'] + 1 - got['bestvalue']), '%', 100 * got['exact'])
        if options.slices:
            for key, (count, right, automatic, wrong) in sorted(slices.items()): print(f'    {key:24} {count:6d} exact {right / count:7.2%} auto {automatic / count:7.2%} wrong {wrong}')
    print('    seconds by command, all seeds together: ' + ', '.join(f'{key} {value:.1f}' for key, value in took.items()) + f'; most memory {peak} MB')

# ---- Speed ----

def write_speed(folder, lines, items, customers):
    """Customers with their open items, and a statement: nine in ten lines name what they pay, one in five pays several."""
    import random
    r = random.Random(items + lines)
    check = lambda bban: '%02d' % (98 - int(''.join(str(int(c, 36)) for c in bban + 'NL00')) % 97)
    iban = []
    with open(f'{folder}/c.csv', 'w') as f:
        f.write('Klantnummer;Naam;IBAN;Betalingstermijn\n')
        for i in range(customers):
            bban = 'INGB%010d' % i
            iban.append('NL' + check(bban) + bban)
            f.write(f'{10000 + i};Klant {i:05d} Handel B.V.;{iban[i] if i % 4 else ""};30\n')
    open_of = [[] for _ in range(customers)]
    with open(f'{folder}/i.csv', 'w') as f:
        f.write('Klantnummer;Factuurnummer;Factuurdatum;Vervaldatum;Openstaand\n')
        for n in range(items):
            day, amount, c = 1 + n * 100 // items, r.randrange(1500, 900000), n % customers
            open_of[c].append((f'F25-{n:07d}', amount))
            f.write(f'{10000 + c};F25-{n:07d};2025-{1 + day // 28:02d}-{1 + day % 28:02d};2025-{2 + day // 28:02d}-{1 + day % 28:02d};{amount // 100},{amount % 100:02d}\n')
    with open(f'{folder}/s.xml', 'w') as f:
        entries, total = [], 0
        for k in range(lines):
            c = r.randrange(customers)
            while not open_of[c]: c = (c + 1) % customers
            take = min(len(open_of[c]), r.randrange(2, 6) if r.random() < .2 else 1)
            paid = [open_of[c].pop(r.randrange(len(open_of[c]))) for _ in range(take)]
            amount = sum(a for _, a in paid); total += amount
            text = 'betaling factuur ' + ', '.join(n for n, _ in paid) if r.random() < .9 else 'betaling'
            entries.append(f'<Ntry><Amt Ccy="EUR">{amount // 100}.{amount % 100:02d}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2025-05-01</Dt></BookgDt><ValDt><Dt>2025-05-01</Dt></ValDt>'
                           f'<AcctSvcrRef>R{k:07d}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>'
                           f'<RltdPties><Dbtr><Nm>Klant {c:05d} Handel</Nm></Dbtr><DbtrAcct><Id><IBAN>{iban[c]}</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>{text[:140]}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>')
        balance = lambda code, minor: (f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{minor // 100}.{minor % 100:02d}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-05-01</Dt></Dt></Bal>')
        f.write('<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>S</MsgId><CreDtTm>2025-05-02T06:00:00</CreDtTm></GrpHdr>'
                '<Stmt><Id>S1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2025-05-01T23:30:00</CreDtTm><Acct><Id><IBAN>NL83INGB0006660001</IBAN></Id><Ccy>EUR</Ccy></Acct>'
                + balance('OPBD', 0) + balance('CLBD', total) + ''.join(entries) + '</Stmt></BkToCstmrStmt></Document>')

def speed(options):
    def once(lines, items, customers):
        with tempfile.TemporaryDirectory(dir=options.disk) as place:
            write_speed(place, lines, items, customers)
            books = make(options.data or os.path.join(place, 'books'))
            run = lambda name, file, *more: books.run(name, 'import', 'run', '--content', f'{place}/{file}', '--file-name', file, *more)
            run('customers', 'c.csv', '--kind', 'customers')
            run('items', 'i.csv', '--kind', 'receivables', '--dated-on', '2025-04-30')
            books.run('statement', 'statement', 'import', '--content', f'{place}/s.xml', '--file-name', 's.xml')
            said = books.run('run', 'cash', 'run', '--limit', str(lines))
            posted = int(re.search(r'posted\s+(\d+)', said)[1])
            t = books.took
            print(f"    {lines:6d} lines, {items:8d} items, {customers:6d} customers: customers {t['customers']:.2f} s, items {t['items']:.2f} s, statement {t['statement']:.2f} s, "
                  f"matched, posted and committed {t['run']:.2f} s ({posted / lines:.1%} posted), {books.most} MB; by the clock, load {os.getloadavg()[0]:.0f}: "
                  f"{books.wall['statement'] + books.wall['run']:.1f} s", flush=True)
            return t
    print('through the books, seconds of one core, on disk and durable:')
    small, whole = once(5000, 100000, 3000), once(10000, 100000, 3000)
    target.at_most('10,000 lines, 100,000 items: from file to committed', whole['statement'] + whole['run'], 's', 10)
    target.at_most('100,000 open items imported', whole['items'], 's', 30)
    a, b = small['statement'] + small['run'], whole['statement'] + whole['run']
    print(f'    5,000 lines took {a:.2f} s and 10,000 took {b:.2f} s: {(b - a) / 5000 * 1000:.3f} ms a line, {max(0, 2 * a - b):.2f} s whatever the lines')
    more = once(10000, 300000, 9000)
    target.at_most('three times the items / once, the same lines', (more['statement'] + more['run']) / b, 'x', 2)
    if not options.quick:
        million = once(10000, 1000000, 30000)
        target.at_most('10,000 lines against 1,000,000 items', million['statement'] + million['run'], 's', 60)

def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--seeds', '--seed', default='31,32,33,34,35'); a.add_argument('--levels', '--level', default='easy,normal,hard'); a.add_argument('--schemes', '--scheme', default='')
    a.add_argument('--customers', type=int, default=900); a.add_argument('--rows', default=''); a.add_argument('--keep'); a.add_argument('--data', default='')
    a.add_argument('--bounds', default='normal', help='levels of which the bound over all engines is computed')
    a.add_argument('--disk'); a.add_argument('--verbose', action='store_true'); a.add_argument('--slices', action='store_true'); a.add_argument('--quick', action='store_true')
    a.add_argument('--speed', action='store_true', help='the speed alone'); a.add_argument('--no-speed', action='store_true')
    options = a.parse_args()
    options.seeds = [int(x) for x in options.seeds.split(',')]
    options.schemes = [int(x) for x in options.schemes.split(',')] if options.schemes else [None]
    options.levels, options.rows = options.levels.split(','), options.rows.split(',') if options.rows else []
    with tempfile.TemporaryDirectory() as scratch:
        options.keep = options.keep or scratch
        if not options.speed:
            if os.path.isdir(bench): quality(options)
            else: print('no ../shared/bench/cash here: nothing to measure quality by')
        if not options.no_speed: speed(options)

main()
