#!/usr/bin/python3
"""The figures of cash application: generator -> engine -> scorer, for seeds, levels and schemes; prints the table of issue 4.

  tests/bench/cash_bench.py [--seeds 1,2,3] [--levels easy,normal,hard] [--schemes 0,1,…] [--customers 900] [--program PATH] [--keep DIR]
                            [--settings normal:999000,normal:995000,…] [--no-history-too]

Without arguments: seed 1, level normal. Tune on seeds 1-3 only; claims are made on seeds nobody looked at.
Ambiguous: the set given and the true one cannot be told apart by anybody (items of the same customers and the same amounts, none of them named),
or the provider's report is missing. They count as wrong in all other columns."""
import argparse, csv, json, os, re, subprocess, sys, tempfile
here = os.path.dirname(os.path.abspath(__file__))
shared = os.environ.get('FLORIN_SHARED', os.path.join(here, '..', '..', '..', 'shared'))
bench = os.path.join(shared, 'bench', 'cash')

def rows(path): return list(csv.DictReader(open(path, encoding='utf-8')))
def sets(text): return {part.split(':')[0] for part in text.split(';') if part}

def ambiguous(folder, predictions):
    items = {r['invoice_id']: r for name in ('open', 'paid') for r in rows(f'{folder}/{name}_invoices.csv')}
    said, found, value = {r['entry_id']: r for r in rows(predictions)}, 0, 0.0
    kind = lambda ids: sorted((items[i]['customer_id'], items[i]['total']) for i in ids if i in items)
    for t in rows(f'{folder}/truth.csv'):
        p, tags = said.get(t['entry_id']), t['tags'].split('+')
        if 'psp_noreport' in tags: found += 1; value += abs(float(t['amount'])); continue
        if not p or t['category'] != 'match' or p['category'] != 'match' or 'norefs' not in tags: continue
        a, b = sets(t['allocations']), sets(p['allocations'])
        if a != b and kind(a) == kind(b): found += 1; value += abs(float(t['amount']))
    return found, value

def run(options, level, seeds, setting, extra):
    total = dict(n=0, auto=0, wrong=0, exact=0, hit=0, value=0, ece=0, matches=0, amb=0, ambvalue=0, said=0)
    slices = {}
    for seed in seeds:
        for scheme in options.schemes:
            folder = os.path.join(options.keep, f'd-{seed}-{level}' + (f'-{scheme}' if scheme is not None else ''))
            if not os.path.exists(f'{folder}/truth.csv'):
                subprocess.run(['/usr/bin/python3', f'{bench}/cashapp_gen.py', '--out', folder, '--seed', str(seed), '--customers', str(options.customers), '--level', level] +
                               (['--scheme', str(scheme)] if scheme is not None else []), check=True, stdout=subprocess.DEVNULL)
            predictions, scores = f'{folder}/predictions.csv', f'{folder}/score.json'
            text = subprocess.run([options.program, folder, predictions, '--precision', str(setting)] + extra, check=True, capture_output=True, text=True).stdout
            subprocess.run(['/usr/bin/python3', f'{bench}/cashapp_score.py', f'{folder}/truth.csv', predictions, '--json', scores, '--quiet'], check=True)
            s = json.load(open(scores))
            n, m = s['in_scope'], sum(v['n'] for k, v in s['breakdown'].items() if k.startswith('size:'))
            found, value = ambiguous(folder, predictions)
            total['amb'] += found; total['ambvalue'] += value
            total['n'] += n; total['auto'] += s['auto_coverage'] * n; total['wrong'] += s['auto_wrong']; total['exact'] += s['set_exact'] * n
            total['hit'] += s['hit@3'] * m; total['matches'] += m; total['value'] += s['set_exact_value'] * n; total['ece'] += s['ECE'] * n
            for key, v in s['breakdown'].items():
                x = slices.setdefault(key, [0, 0.0, 0.0, 0]); x[0] += v['n']; x[1] += v['exact'] * v['n']; x[2] += v['auto'] * v['n']; x[3] += v['wrong_auto']
            if options.verbose: print(f'  seed {seed} {level}: {text.strip()}', file=sys.stderr)
    n, posted = total['n'], total['auto']
    print(f"{level + (' ' + ' '.join(extra) if extra else ''):38} {setting / 10000:7.2f} % {n:6d} {posted / n:8.1%} {total['wrong']:6d} {1 - total['wrong'] / max(1, posted):9.3%} "
          f"{total['exact'] / n:8.2%} {total['hit'] / max(1, total['matches']):8.2%} {total['value'] / n:8.2%} {total['ece'] / n:7.4f} {total['amb'] / n:8.2%}", flush=True)
    return slices

def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--seeds', default='1'); a.add_argument('--levels', default='normal'); a.add_argument('--schemes', default='')
    a.add_argument('--customers', type=int, default=900); a.add_argument('--settings', default='')
    a.add_argument('--program', default=os.path.join(os.environ.get('FLORIN_BENCH', 'out/release'), 'bench_cash'))
    a.add_argument('--keep'); a.add_argument('--verbose', action='store_true'); a.add_argument('--slices', action='store_true'); a.add_argument('--no-history-too', action='store_true')
    options = a.parse_args()
    if not os.path.isdir(bench): print('no ../shared/bench/cash here: nothing to measure by'); return
    options.schemes = [int(x) for x in options.schemes.split(',')] if options.schemes else [None]
    seeds = [int(x) for x in options.seeds.split(',')]
    settings = [x.split(':') for x in options.settings.split(',')] if options.settings else [(level, '995000' if level == 'hard' else '999000') for level in options.levels.split(',')]
    with tempfile.TemporaryDirectory() as scratch:
        options.keep = options.keep or scratch
        print(f"{'level':38} {'setting':>9} {'lines':>6} {'auto':>8} {'wrong':>6} {'precision':>9} {'exact':>8} {'hit@3':>8} {'value':>8} {'ECE':>7} {'ambiguous':>8}")
        for level, setting in settings:
            slices = run(options, level, seeds, int(setting), [])
            if options.slices:
                for key, (n, exact, auto, wrong) in sorted(slices.items()): print(f'    {key:24} {n:6d} exact {exact / n:7.2%} auto {auto / n:7.2%} wrong {wrong}')
        if options.no_history_too: run(options, 'normal', seeds, 999000, ['--no-history', '--no-paid'])

main()
