#!/usr/bin/env python3
"""Trains on features of flows and prints how well it tells botnets, for each scenario's file:

    evaluate.py [--seeds N] [features.csv ...]

As SAM's learning.py: the positives are halved by time, a random forest of 100 trees learns from all
flows up to the middle one and is asked about those behind it (forward), and the other way round
(backward). ROC AUC, for each of N seeds (3), and the mean; of several scenarios also theirs. Needs scikit-learn (PyPI).
"""
import argparse
import sys

import numpy
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score


def read(path):
    """The labels and the features, in the order of the file's times."""
    with open(path) as file:
        names = file.readline().rstrip("\r\n").split(",")
    chosen = [names.index(name) for name in names if name[0] == "F" and name[1:].isdigit()]
    table = numpy.genfromtxt(
        path, delimiter=",", skip_header=1, usecols=[names.index("Label")] + chosen)
    return table[:, 0] == 1, numpy.nan_to_num(table[:, 1:])


def auc(labels, features, train, test, seed):
    """How well a forest that has learnt from one part tells the other."""
    forest = RandomForestClassifier(n_estimators=100, random_state=seed, n_jobs=-1)
    forest.fit(features[train], labels[train])
    return roc_auc_score(labels[test], forest.predict_proba(features[test])[:, 1])


def evaluate(path, seeds):
    """Prints both directions of a scenario's file; gives their means, or None where nothing can be
    learnt from it."""
    labels, features = read(path)
    positives = numpy.flatnonzero(labels)
    if len(positives) < 2:
        print(f"{path}: {len(positives)} flows with the label 1, which are too few to learn from",
              file=sys.stderr)
        return None
    middle = positives[len(positives) // 2]
    parts = numpy.arange(len(labels)) < middle
    if labels[parts].all() or labels[~parts].all():
        print(f"{path}: one half has flows with the label 1 alone", file=sys.stderr)
        return None
    print(f"{path}: {len(labels)} flows, {len(positives)} of botnets, "
          f"{parts.sum()} | {(~parts).sum()}")
    means = []
    for name, train in (("forward", parts), ("backward", ~parts)):
        found = [auc(labels, features, train, ~train, seed) for seed in range(seeds)]
        means.append(numpy.mean(found))
        print(f"{name}: ROC AUC {' '.join(f'{one:.3f}' for one in found)}, "
              f"mean {means[-1]:.3f}")
    return means


def main():
    parser = argparse.ArgumentParser(description="Tells botnets by features of flows.")
    parser.add_argument("files", nargs="*", default=["features.csv"])
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    found = [evaluate(path, arguments.seeds) for path in arguments.files]
    known = [means for means in found if means]
    if len(known) > 1:
        forward, backward = numpy.mean(known, axis=0)
        print(f"{len(known)} scenarios: mean ROC AUC {forward:.3f} forward, "
              f"{backward:.3f} backward, {numpy.mean(known):.3f} of both")
    if len(known) < len(found):
        sys.exit(1)


main()
