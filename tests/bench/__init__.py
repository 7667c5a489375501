"""Benchmarks that are run by hand: each prints how much more something takes than the least that could be done."""
