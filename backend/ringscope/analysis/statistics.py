"""What a sample of runs says about all runs."""

from math import sqrt
from statistics import NormalDist


def wilson_interval(passed: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the ends of the score interval for the true share, after Wilson (1927).

    ``passed`` of ``total`` runs passed.  Unlike the textbook interval it stays within 0 and 1 and
    says something sensible when all passed.  Raises ValueError for impossible counts.
    """
    if not 0 <= passed <= total:
        raise ValueError(f"{passed} of {total} cannot have passed")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not {confidence}")
    if total == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = passed / total
    centre = share + z * z / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    low, high = (centre - spread) / scale, (centre + spread) / scale
    return (0.0 if passed == 0 else low), (1.0 if passed == total else high)
