"""How the CO2 avoided was reckoned: the sum of each line, worked out in its own numbers."""

from __future__ import annotations

from controller.impact.lines import Line
from controller.report.factor_words import name_in
from controller.report.margins import decimals_of
from controller.report.say import Say

PARAMETERS = (
    "litres_per_kwh",
    "head_m",
    "efficiency",
    "litres_per_season",
    "season_d",
    "served_ha",
    "served_then_ha",
)
"""What the sentences of the methods may name."""


def method(line: Line, say: Say) -> str:
    """The sum of one line, worked out in its own numbers."""
    factor = f"{say.number(line.factor.value, places(line.factor.value))} {say(f'unit_{line.factor.unit}')}"
    parameters = {name: say.number(value, places(value)) for name, value in line.parameters.items()}
    key = f"method_{line.baseline}"
    if line.baseline == "diesel-generator" and line.factor.unit == "kg_co2_per_kwh":
        key = "method_diesel-generator-kwh"
    decimals = decimals_of(line.energy_kwh.half)
    words = say(
        key, energy=say.number(line.energy_kwh.value, decimals), counted=say.number(line.counted, 1), factor=factor,
        fossil=say.share(line.fossil_share, 0), litres=say.number(line.litres, 1), kg=say.number(line.co2_kg.value, 1),
        meter=say.share(line.meter_u95), method=say.share(line.method_u95), name=name_in(line.factor, say.language),
        **{name: parameters.get(name, "–") for name in PARAMETERS},
    )  # fmt: skip
    loss = line.parameters.get("grid_loss")
    words += say("method_loss", loss=say.share(loss)) if loss else ""
    if not line.evidence:
        return words
    key = "method_evidence" if line.evidence_date else "method_evidence_undated"
    return words + say(key, evidence=line.evidence, date=say.day(line.evidence_date))


def places(value: float) -> int:
    """Decimals that show a factor as it was published: 0.86, 2.676, 74.1, 28."""
    text = f"{value:.4f}".rstrip("0")
    return len(text.partition(".")[2])
