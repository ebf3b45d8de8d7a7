"""What a benchmark in Python is judged by, as tests/bench/target.h prints it: one line that `./dev bench` gathers into its table."""


def line(what, value, unit, bound, limit, met):
    print(f'target: {what:52} {value:10.4g} {unit:8} [{bound} {limit:.6g} {unit}]  {"met" if met else "MISSED"}', flush=True)
    return met


def at_most(what, value, unit, limit):
    return line(what, value, unit, 'at most', limit, value <= limit)


def at_least(what, value, unit, limit):
    return line(what, value, unit, 'at least', limit, value >= limit)
