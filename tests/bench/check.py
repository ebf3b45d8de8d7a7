#!/usr/bin/python3
"""`florin check` as people start it: one file (start-up and all), and 100,000 files in one process: memory, cores, order.

  tests/bench/check.py [COUNT]          FLORIN_BINARY: the release program; FLORIN_SHARED: the data beside the project"""
import os, pathlib, resource, statistics, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tools'))
import target

FLORIN = os.environ.get('FLORIN_BINARY', 'build/florin')
SHARED = pathlib.Path(os.environ.get('FLORIN_SHARED', '../shared'))


def run(*words, cores=None):
    """Wall time, CPU time, peak memory (kB) and what it printed."""
    began = time.monotonic()
    program = subprocess.Popen([FLORIN, 'check', *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None)
    printed = program.stdout.read()
    _, status, used = os.wait4(program.pid, 0)
    program.returncode = status
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss, printed


def start_up(file):
    times = sorted(run(file)[:2] for _ in range(41))
    print(f'one file of {file.stat().st_size / 1000:.0f} kB, from start to exit, 41 times: {times[0][0] * 1000:.1f} to {times[-1][0] * 1000:.1f} ms; '
          f'CPU {statistics.median(t[1] for t in times) * 1000:.1f} ms')
    return target.at_most('florin check on one file, start to exit, median', statistics.median(t[0] for t in times) * 1000, 'ms', 20)


def make(folder, files, count):
    """So many names for these files, in folders of 10,000."""
    for n in range(count):
        its = folder / f'{n // 10000:04}'
        if n % 10000 == 0: its.mkdir()
        os.link(files[n % len(files)], its / f'{n:07}.xml')
    return sorted(folder.iterdir())


def many(count):
    with tempfile.TemporaryDirectory(dir='/var/tmp') as place:
        place, files = pathlib.Path(place), []
        (place / 'files').mkdir()
        (place / 'names').mkdir()
        for source in sorted((SHARED / 'data/en16931/oracle').glob('*.xml')):
            files.append(place / 'files' / source.name)
            files[-1].write_bytes(source.read_bytes())
        folders = make(place / 'names', files, count)
        one = min(os.sched_getaffinity(0))
        few = run(folders[0], '--json')
        wall, cpu, peak, printed = run(*folders, '--json')
        alone = run(folders[0], '--json', cores={one})
        names = [line.split(b'"', 4)[3] for line in printed.splitlines()]
        ordered = len(names) == count and names == sorted(names)
        print(f'{count} files: {wall:.1f} s, {count / wall:.0f} a second, CPU {cpu:.1f} s; peak {peak / 1024:.0f} MB, of {min(count, 10000)} files {few[2] / 1024:.0f} MB')
        good = target.at_most(f'memory grown from {min(count, 10000)} to {count} files', (peak - few[2]) / 1024, 'MB', 24)
        good &= target.at_least('output in the order of the files (1: it is)', int(ordered), '', 1)
        if len(os.sched_getaffinity(0)) > 1:
            cores = len(os.sched_getaffinity(0))
            good &= target.at_least(f'{cores} cores beside one, files a second', (alone[0] / min(count, 10000)) / (wall / count), 'x', 0.7 * cores)
    return good


def main():
    files = sorted((SHARED / 'data/en16931/oracle').glob('*.xml'), key=lambda f: abs(f.stat().st_size - 12000))
    if not files: sys.exit('check: no documents in ../shared')
    good = start_up(files[0])
    sys.exit(0 if many(int(sys.argv[1]) if len(sys.argv) > 1 else 100000) and good else 1)


main()
