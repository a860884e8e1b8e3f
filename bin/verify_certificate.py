#!/usr/bin/env python3
"""Recompute a score from its certificate: verify_certificate.py FILE [code of a form, is it counted?]."""

import json
import sys
from functools import reduce
from hashlib import sha256
from math import exp, isclose, lgamma, log, log1p, sqrt
from pathlib import Path
from statistics import NormalDist

canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def root(level):
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [sha256(b"\x01" + b"".join(pair)).digest() if pair[1:] else pair[0] for pair in pairs]
    return level[0].hex() if level else sha256(b"").hexdigest()


def beta_cdf(x, a, b):
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_cdf(1 - x, b, a)
    f = 1.0  # the continued fraction 26.5.8 of Abramowitz and Stegun, from its far end
    for m in range(100 + int(5 * sqrt(a + b)), -1, -1):
        f = 1 + (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2)) / f
        f = 1 - (a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)) / f
    return exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a / f if x > 0 else 0.0


def beta_quantile(p, a, b):
    return reduce(lambda low, k: low + 0.5**k * (beta_cdf(low + 0.5**k, a, b) < p), range(1, 61), 0.0)


def score(document, cells):
    groups = {key: group["weight"] for key, group in document["groups"].items() if group["scored"]}
    head, found = document["instrument"], []
    for c in (c for factor in document["factors"] for c in factor["criteria"] if c["max_points"] > 0):
        parts = []  # of each group, or of all of them together: weight and mean share
        for name, weight in groups.items() if head["group_rule"] == "fixed" else [("", 1.0)]:
            own = [(x["weight"], *x["criteria"][c["key"]]) for x in cells if name in ("", x["group"])]
            enough = sum(n for _, n, _ in own) >= max(head["min_valid_per_cell"], 1)
            if enough and weight > 0 and (not name or name in (c["groups"] or groups)):
                parts.append((weight, sum(w * x for w, _, x in own) / sum(w * n for w, n, _ in own)))
        if parts:
            found.append((c["max_points"], sum(w * mean for w, mean in parts) / sum(w for w, _ in parts)))
    full, got, strict = head["total_points"], sum(m for m, _ in found), head["when_unscored"] == "undefined"
    return full * sum(m * r for m, r in found) / got if found and (isclose(got, full) or not strict) else None


def interval(s, head, level, strata, cells):
    total, v0, v, squares, flat = head["total_points"], 0.0, 0.0, 0.0, 0.0
    for h in strata:
        n, fraction = h["n"], h["n"] / h["population"] if h["population"] else 0.0
        spread = n / (n - 1) * (h["sum_z2"] - h["sum_z"] ** 2 / n) if n > 1 else h["sum_z2"] * (fraction < 1)
        v0, v = v0 + spread, v + spread * (1 - fraction)
        squares += (spread * (1 - fraction)) ** 2 / max(h["n_scored"] - 1, 1)
        flat += fraction * sum(c["weight"] * c["n"] for c in cells if c["stratum"] == h["stratum"])
    v0, v = (x if x > 1e-24 * total**2 else 0.0 for x in (v0, v))
    weight, units = sum(c["weight"] * c["n"] for c in cells), sum(h["n_scored"] for h in strata)
    fraction = min(max(1 - v / v0, 0), 1) if v0 else flat / weight
    df = units - sum(h["n_scored"] > 0 for h in strata)
    df = v**2 / squares if head["group_rule"] == "fixed" and df >= 1 and v else df
    if 1 - fraction < 1e-12 or units < 2 or df < 1:
        return (sqrt(v), s, s) if 1 - fraction < 1e-12 else (sqrt(v), 0.0, total)
    tail, effective = (1 - level) / 2, weight**2 / sum(c["weight"] ** 2 * c["n"] for c in cells)
    x, n, limits = beta_quantile(2 * tail, df / 2, 0.5), effective / (1 - fraction), []
    k, s2 = df * (1 - x) / x / NormalDist().inv_cdf(tail) ** 2, v0 / total**2 * (effective - 1)
    for zeros, ones, p in ((1 / 2, 1 / 8, tail), (1 / 8, 1 / 2, 1 - tail)):
        mu, size = (n * s / total + ones) / (n + zeros + ones), n + zeros + ones
        second = n * (s2 + (s / total - mu) ** 2) + zeros * mu**2 + ones * (1 - mu) ** 2
        a = mu * (1 - mu) / min(k * second / size / (size + 1), 0.99 * mu * (1 - mu)) - 1
        limits.append(total * beta_quantile(p, mu * a, (1 - mu) * a))
    return sqrt(v), min(limits[0], s), max(limits[1], s)


c = json.loads(Path(sys.argv[1]).read_text("utf-8")) if len(sys.argv) in (2, 3) else sys.exit(__doc__)
document, forms, said, sums = c["instrument"]["document"], c["responses"], c["result"], c["sums"]
head, s, digest = document["instrument"], score(document, sums["cells"]), c.pop("digest")
se, *limits = (None, *said["interval"]) if s is None else interval(s, head, said["level"], **sums)
answered = [cell["answered"] for cell in sums["cells"]]
fewest = head["min_group_n_for_verdict"] * any(group["scored"] for group in document["groups"].values())
few = sum(answered) < max(2, head["small_cell_suppression"]) or any(0 < n < fewest for n in answered)
borders = [(limits[i] or 0, head["target"][edge]) for i, edge in ((1, "low"), (0, "low"), (0, "high"))]
steps = sum(limit >= edge or isclose(limit, edge, rel_tol=1e-9, abs_tol=1e-9) for limit, edge in borders)
verdict = "withheld" if s is None or few else ("missed", "inconclusive", "met", "exceeds")[steps]
numbers = zip((s, said["se"] and se, *limits), (said["score"], said["se"], *said["interval"]), strict=True)
checks = {
    "the file": sha256(canonical(c).encode()).hexdigest() == digest,
    "the questionnaire": sha256(canonical(document).encode()).hexdigest() == c["instrument"]["digest"],
    "the set of forms": root([bytes.fromhex(leaf) for leaf in forms["leaves"]]) == forms["root"],
    "the number of forms": len(forms["leaves"]) == forms["n"] == sum(h["n"] for h in sums["strata"]),
    "score, standard error, interval": all(isclose(a or 0, b or 0, abs_tol=1e-6) for a, b in numbers),
    "the verdict": verdict == said["verdict"],
    "your form": not sys.argv[2:] or sys.argv[2] in forms["leaves"],
}
print("\n".join(f"{'holds' if holds else 'DOES NOT HOLD'}: {name}" for name, holds in checks.items()))
sys.exit(not all(checks.values()))
