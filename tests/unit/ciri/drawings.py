"""A figure that was drawn, and what can be read off it."""


def rows_of(figure):
    """All rows inside a figure, each once."""
    return [row for rows in figure["datasets"].values() for row in rows]


def texts_of(figure):
    found = []
    for row in rows_of(figure):
        text = row.get("text", "")
        found.append(" ".join(text) if isinstance(text, list) else text)
    return found


def is_message(figure, words):
    return "layer" not in figure and words in figure["description"]


def auc(time, value, basis="validation", low=None, high=None):
    return {"time": time, "value": value, "low": low, "high": high, "basis": basis}


def survival(*curves, hazard_ratio=None, log_rank=None):
    groups = ("good", "intermediate", "poor")[: len(curves)]
    steps = [
        {"group": group, "time": time, "survival": s, "low": None, "high": None}
        | {"at_risk": 9, "censored": 0, "events": 1}
        for group, curve in zip(groups, curves, strict=True)
        for time, s in curve
    ]
    return {
        "curves": steps,
        "at_risk": [{"group": group, "time": 0.0, "at_risk": 9} for group in groups],
        "groups": [{"group": group, "n": 9, "events": 3} for group in groups],
        "log_rank": log_rank or {"p": 0.01234, "reason": None},
        "hazard_ratio": hazard_ratio,
    }
