"""Results as a Markdown table: medians, and how gatehouse compares with the goals."""

import statistics

from .scenarios import ALL, PEERS_OF_THE_GOAL

BEGIN, END = "<!-- table -->", "<!-- end of table -->"


def _values_by_round(rows, scenario, server):
    return {row["round"]: row["value"] for row in rows
            if row["scenario"] == scenario.name and row["server"] == server and "value" in row}


def _figure(values):
    return f"{statistics.median(values):.3g}" if values else "–"


def better_peer(rows, scenario):
    """The peer of the goal with the lower median, or None if none was measured."""
    medians = {peer: statistics.median(values.values()) for peer in PEERS_OF_THE_GOAL
               if (values := _values_by_round(rows, scenario, peer))}
    return min(medians, key=medians.get, default=None)


def ratios(rows, scenario, server, peer):
    """server / peer for each round in which both were measured."""
    mine, theirs = _values_by_round(rows, scenario, server), _values_by_round(rows, scenario, peer)
    return [mine[number] / theirs[number] for number in sorted(mine) if number in theirs]


def _ratio_cells(found):
    if not found:
        return ["–", "–"]
    spread = f"{min(found):.2f} to {max(found):.2f}" if len(found) > 1 else "–"
    return [f"{statistics.median(found):.2f}", spread]


def _verdict(rows, scenario, subject, compared):
    errors = [row["error"] for row in rows if row["scenario"] == scenario.name
              and row["server"] == subject and "error" in row]
    if errors:
        return f"failed: {errors[0]}".replace("|", "/").replace("\n", " ")
    own = list(_values_by_round(rows, scenario, subject).values())
    values = compared if scenario.goal_is_ratio else own
    if not values:
        return "–"
    return "reached" if statistics.median(values) <= scenario.goal else "missed"


def _line(rows, scenario, subject, servers):
    peer = better_peer(rows, scenario)
    compared = ratios(rows, scenario, subject, peer) if peer else []
    figures = [_figure(_values_by_round(rows, scenario, server).values()) for server in servers]
    goal = f"≤ {scenario.goal:g}" + ("" if scenario.goal_is_ratio else f" {scenario.unit}")
    return [scenario.title, scenario.unit, *figures, *_ratio_cells(compared), goal,
            _verdict(rows, scenario, subject, compared)]


def as_markdown(results):
    """One table of all scenarios that were measured, and below it on what."""
    rows, servers = results["rows"], results["servers"]
    subject = servers[0]
    lines = [["", "unit", *servers, "ratio to the better", "in single rounds", "goal", "goal is"]]
    lines += [["---"] * len(lines[0])]
    measured = {row["scenario"] for row in rows}
    lines += [_line(rows, scenario, subject, servers)
              for scenario in ALL if scenario.name in measured]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    return f"{table}\n\n{_circumstances(results)}"


def _circumstances(results):
    effort = results["effort"]
    return (f"{results['when']}, {results['processor']}, Linux {results['kernel']}; "
            f"{', '.join(results['versions'])} of Debian {results['suite']}. "
            f"{effort['rounds']} rounds of {effort['seconds']:g} s, "
            f"{effort['idle_connections']} idle connections, {effort['starts']} starts.")


def put_into(document, table):
    """The document with the table between its two marks. Without marks: ends with a sentence."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"bench: the document has no lines '{BEGIN}' and '{END}'.")
    return f"{before}{begin}\n{table}\n{end}{after}"
