"""How a day was valued, as the ledger's row beside its closing keeps it, and back. Pure.

Tolerant of older rows: what one does not tell of its factor is looked up among the factors that ship, by id and value; what it does
not tell of its assumptions is worked out of what it does.
"""

from __future__ import annotations

from typing import Any

from controller.core.site_impact import Factor
from controller.factors import factor_of
from controller.impact.baselines import ASSUMED, Valued, counted_of, left_of
from controller.impact.day import Figures, day_of
from controller.store.audit import Closing

UNIT = "kg_co2_per_kwh"

PARAMETERS = (
    "grid_loss",
    "litres_per_kwh",
    "head_m",
    "efficiency",
    "litres_per_season",
    "season_d",
    "served_ha",
    "served_then_ha",
)

USUAL = {"diesel-generator": 0.2, "diesel-pump": 0.4, "history": 0.3}
"""Half-width of litres per kWh, efficiency or litres a season where a row tells none and its factor needs none."""


def figures_of(valued: Valued) -> dict[str, float | str]:
    """Everything that is needed to reckon the day again."""
    factor = valued.factor
    told: dict[str, float | str] = {
        "baseline": valued.baseline, "factor": factor.name, "factor_id": factor.id, "factor_value": factor.value,
        "factor_unit": factor.unit, "factor_source": factor.source, "factor_year": factor.year, "factor_u95": factor.relative,
        "fossil_share": valued.fossil_share, "method_u95": valued.method_u95, "assumed_u95": valued.assumed_u95,
        "price_source": valued.price_source, **valued.parameters,
    }  # fmt: skip
    told |= {
        f"factor_{name}": text
        for name in ("valid_from", "valid_to", "scope")
        if (text := getattr(factor, name))
    }
    if factor.unit == UNIT:
        told["factor_kg_per_kwh"] = factor.value
    if valued.evidence:
        told |= {"evidence": valued.evidence, "evidence_date": valued.evidence_date}
    if valued.counted is not None:
        told["counted"] = valued.counted
    if valued.price is not None:
        told["price_idr_per_kwh" if valued.baseline == "grid" else "price_idr_per_litre"] = valued.price
        told["price_u95"] = valued.price_u95
    if valued.litres is not None:
        told |= {"litres": valued.litres, "co2_biogenic_kg": valued.biogenic_kg}
    return told


def closed_as(closing: Closing) -> Valued:
    """How the day was valued when it closed. Rows from before the baselines name a factor per kWh and nothing else."""
    told, baseline = closing.impact, str(closing.impact.get("baseline", "grid"))
    factor = _factor(told)
    litres = _number(told, "litres") if "litres" in told else None
    prices = [_number(told, name) for name in ("price_idr_per_kwh", "price_idr_per_litre") if name in told]
    method = _number(told, "method_u95") if "method_u95" in told else 0.10
    return Valued(
        str(closing.figures.get("day", "")),
        baseline,
        factor,
        method,
        _number(told, "co2_avoided_kg"),
        litres,
        _number(told, "co2_biogenic_kg"),
        _number(told, "fossil_share") if "fossil_share" in told else 1.0,
        _number(told, "saved_idr") if prices else None,
        prices[0] if prices else None,
        str(told.get("price_source", "")),
        str(told.get("evidence", "")),
        str(told.get("evidence_date", "")),
        parameters={name: _number(told, name) for name in PARAMETERS if name in told},
        assumed_u95=_assumed(told, baseline, factor, method, litres),
        price_u95=_number(told, "price_u95"),
        counted=_number(told, "counted") if "counted" in told else _counted(closing, baseline, litres),
    )


def _factor(told: Figures) -> Factor:
    """The factor with all that the row tells of it; the rest as it ships, where id and value are the same."""
    value = _number(told, "factor_value") or _number(told, "factor_kg_per_kwh")
    texts = {name: str(told.get(f"factor_{name}", "")) for name in ("source", "id", "unit")}
    names: dict[str, Any] = {**texts, "unit": texts["unit"] or UNIT, "name": str(told.get("factor", ""))}
    shipped = factor_of(texts["id"])
    shipped = None if shipped is None or shipped.value != value else shipped
    if shipped is not None:
        names |= {"reference": shipped.reference, "checked": shipped.checked}
    if "factor_u95" in told:
        names |= {
            "uncertainty": _number(told, "factor_u95") or None,
            "scope": str(told.get("factor_scope", "")),
        }
        names |= {key: told.get(f"factor_{key}") for key in ("valid_from", "valid_to")}
    elif shipped is not None:
        names |= {"uncertainty": shipped.relative or None, "scope": shipped.scope}
        names |= {"valid_from": shipped.valid_from, "valid_to": shipped.valid_to}
    return Factor.model_construct(value=value, year=int(_number(told, "factor_year")), **names)


def _assumed(told: Figures, baseline: str, factor: Factor, method: float, litres: float | None) -> float:
    if "assumed_u95" in told:
        return _number(told, "assumed_u95")
    if litres is None or baseline not in USUAL:
        return 0.0
    if factor.unit == UNIT:
        return USUAL[baseline]
    return left_of(method, factor.relative or ASSUMED.get(factor.unit, 0.0))


def _counted(closing: Closing, baseline: str, litres: float | None) -> float | None:
    day = day_of(closing.figures)
    return None if day is None else counted_of(baseline, day, in_season=bool(litres))


def _number(told: Figures, name: str) -> float:
    value = told.get(name)
    return float(value) if isinstance(value, float | int) else 0.0
