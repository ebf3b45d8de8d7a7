#!/usr/bin/python3
"""`florin check` as people start it: one file (start-up and all), and 100,000 files in one process: memory, cores, order.

  tests/bench/check.py [COUNT]          FLORIN_BINARY: the release program; FLORIN_SHARED: the data beside the project"""
import os, pathlib, resource, statistics, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tools'))
import target

FLORIN = os.environ.get('FLORIN_BINARY', 'build/florin')
SHARED = pathlib.Path(os.environ.get('FLORIN_SHARED', '../shared'))


def run(*words, into=subprocess.DEVNULL):
    """Wall time, CPU time and peak memory (kB). What it prints is not held here: the most this program ever held counts as the peak of what it starts."""
    began = time.monotonic()
    program = subprocess.Popen([FLORIN, 'check', *map(str, words)], stdout=into, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(program.pid, 0)
    program.returncode = status
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss


def start_up(file):
    times = sorted(run(file)[:2] for _ in range(41))
    wall = statistics.median(t[0] for t in times) * 1000
    print(f'one file of {file.stat().st_size / 1000:.0f} kB, from start to exit, 41 times: {times[0][0] * 1000:.1f} to {times[-1][0] * 1000:.1f} ms of the clock, median {wall:.1f}')
    # It waits for nothing but the file: on a machine with nothing else to do this is the time of the clock.
    return target.at_most('florin check on one file, start to exit, CPU, median', statistics.median(t[1] for t in times) * 1000, 'ms', 20)


def make(folder, files, count):
    """So many names for these files, in folders of 10,000."""
    for n in range(count):
        its = folder / f'{n // 10000:04}'
        if n % 10000 == 0: its.mkdir()
        os.link(files[n % len(files)], its / f'{n:07}.xml')
    return sorted(folder.iterdir())


def all_cores(folders):
    """One process over all the files beside as many processes as there are cores, each over its share, at the same time: nothing is quicker,
    and what else the machine does falls on both."""
    cores, files = len(os.sched_getaffinity(0)), sorted(f for folder in folders for f in folder.iterdir())[:3000]
    together, apart = [], []
    with tempfile.TemporaryDirectory(dir=folders[0].parent) as place:
        shares = [pathlib.Path(place) / str(n) for n in range(cores)]
        whole = pathlib.Path(place) / 'all'
        for folder in [whole, *shares]: folder.mkdir()
        for n, file in enumerate(files):
            os.link(file, shares[n % cores] / file.name)
            os.link(file, whole / file.name)
        for _ in range(3):
            together.append(run(whole, '--json')[0])
            began = time.monotonic()
            programs = [subprocess.Popen([FLORIN, 'check', share, '--json'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for share in shares]
            for program in programs: program.wait()
            apart.append(time.monotonic() - began)
    print(f'{len(files)} files, {cores} cores: one process {min(together):.2f} s, {cores} processes side by side {min(apart):.2f} s')
    return target.at_most('all cores: one process / one process a core', min(together) / min(apart), 'x', 1.3)


def many(count):
    with tempfile.TemporaryDirectory(dir='/var/tmp') as place:
        place, files = pathlib.Path(place), []
        (place / 'files').mkdir()
        (place / 'names').mkdir()
        for source in sorted((SHARED / 'data/en16931/oracle').glob('*.xml')):
            files.append(place / 'files' / source.name)
            files[-1].write_bytes(source.read_bytes())
        folders = make(place / 'names', files, count)
        few = run(folders[0], '--json')[2]
        with open(place / 'printed', 'w+b') as printed:
            wall, cpu, peak = run(*folders, '--json', into=printed)
            printed.seek(0)
            names = [line[:400].split(b'"', 4)[3] for line in printed]
        ordered = len(names) == count and names == sorted(names)
        print(f'{count} files: {wall:.1f} s, {count / wall:.0f} a second, CPU {cpu:.1f} s; peak {peak / 1024:.0f} MB, of {min(count, 10000)} files {few / 1024:.0f} MB')
        good = target.at_most(f'memory grown from {min(count, 10000)} to {count} files', (peak - few) / 1024, 'MB', 24)
        good &= target.at_least('output in the order of the files (1: it is)', int(ordered), '', 1)
        good &= all_cores(folders[:1])
    return good


def main():
    files = sorted((SHARED / 'data/en16931/oracle').glob('*.xml'), key=lambda f: abs(f.stat().st_size - 12000))
    if not files: sys.exit('check: no documents in ../shared')
    good = start_up(files[0])
    sys.exit(0 if many(int(sys.argv[1]) if len(sys.argv) > 1 else 100000) and good else 1)


main()
