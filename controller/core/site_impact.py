"""The site language: what the CO2 avoided is measured against, what methane needs, what energy cost; each dated, with evidence."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, LiteralString

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from controller.core.site_signals import Ident, Model, Positive, Share

Kind = Literal["grid", "diesel-generator", "diesel-pump", "history"]
Unit = Literal[
    "kg_co2_per_kwh", "kg_co2_per_litre", "kg_co2_per_gj", "kg_ch4_per_ha_d", "share", "days", "kg_co2e_per_kg",
    "kg_n2o_n_per_kg_n",
]  # fmt: skip
Rupiah = Annotated[float, Field(ge=0)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
"""YYYY-MM-DD, as text: what a validator looked at before is no JSON any more, and strict validation takes no text for a date."""

FITS: dict[str, tuple[str, ...]] = {
    "grid": ("kg_co2_per_kwh",),
    "diesel-generator": ("kg_co2_per_litre", "kg_co2_per_kwh"),
    "diesel-pump": ("kg_co2_per_gj",),
    "history": ("kg_co2_per_litre",),
}
"""Units of factor that a baseline can be reckoned with."""

NEEDS: dict[str, tuple[str, ...]] = {
    "grid": (),
    "diesel-generator": (),
    "diesel-pump": ("head_m", "efficiency"),
    "history": ("litres_per_season", "seasons", "served_then_ha"),
}
"""What a baseline cannot be reckoned without."""


class Factor(Model):
    """A factor with its paper trail. In YAML the id of one that ships with the package, or a mapping with value, source and year.

    ``uncertainty``: 95 % half-width relative to the value; ``low`` and ``high``: the published range instead. ``reference``: the
    document's version, table or paragraph; ``checked``: whether the value was read there (document), in a public copy of that table
    (copy) or not at all (unseen).
    """

    value: Positive
    unit: Unit = "kg_co2_per_kwh"
    name: str
    source: str
    year: Annotated[int, Field(ge=1990, le=2100)]
    id: str = ""
    gas: Literal["CO2", "CO2e", "CH4", "N2O"] = "CO2"
    scope: str = ""
    uncertainty: Annotated[float, Field(ge=0, le=3)] | None = None
    low: float | None = None
    high: float | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    reference: str = ""
    checked: Literal["", "document", "copy", "unseen"] = ""

    @model_validator(mode="before")
    @classmethod
    def _known(cls, data: object) -> object:
        """Ids are filled in before (controller.factors): a text that is still here is nobody's id."""
        if isinstance(data, str):
            raise PydanticCustomError(
                "factor_unknown",
                "there is no factor '{name}'; `tirta impact factors` lists them",
                {
                    "name": data,
                    "id": "tidak ada faktor '{name}'; `tirta impact factors` menampilkan daftarnya",
                },
            )
        return data

    @property
    def relative(self) -> float:
        """95 % half-width relative to the value: as stated, the wider side of the range, or 0 where nothing is said."""
        if self.uncertainty is not None:
            return self.uncertainty
        if self.low is None or self.high is None or self.value <= 0.0:
            return 0.0
        return max(self.high - self.value, self.value - self.low) / self.value


class Blend(Model):
    """The volume share of biodiesel in the diesel sold from a day on."""

    since: date
    share: Share
    source: str = ""


class Season(Model):
    """One season of pumping, both days included."""

    first: date
    last: date


class Baseline(Model):
    """What there would be without the PV plant, from ``since`` on until a later one. One at a time: never grid and diesel for
    the same kWh.

    grid: used PV energy x factor [/ (1 - ``grid_loss``)]. diesel-generator: used PV energy x ``litres_per_kwh`` x factor per
    litre, or x a factor per kWh. diesel-pump: water x ``head_m`` over ``efficiency`` (fuel to water) x factor per GJ. history:
    ``litres_per_season`` x area served now / ``served_then_ha`` x factor per litre, spread over ``seasons``.
    ``biodiesel``: share of the fuel that is not fossil, by date (in YAML also one number); ``*_uncertainty``: 95 %
    half-widths, relative.
    """

    baseline: Kind = "grid"
    factor: Factor
    since: date | None = None
    evidence: str = ""
    evidence_date: date | None = None
    grid_loss: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    litres_per_kwh: Annotated[float, Field(gt=0, le=2)] | None = None
    litres_per_kwh_uncertainty: Annotated[float, Field(ge=0, le=2)] = 0.2
    biodiesel: tuple[Blend, ...] = ()
    head_m: Annotated[float, Field(gt=0, le=500)] | None = None
    efficiency: Annotated[float, Field(gt=0, lt=1)] | None = None
    efficiency_uncertainty: Annotated[float, Field(ge=0, le=2)] = 0.4
    litres_per_season: Annotated[float, Field(gt=0, le=1e6)] | None = None
    litres_uncertainty: Annotated[float, Field(ge=0, le=2)] = 0.3
    seasons: tuple[Season, ...] = ()
    served_then_ha: Annotated[float, Field(gt=0, le=10_000)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Baseline:
        if self.factor.unit not in FITS[self.baseline]:
            raise _wrong("factor_unit", "baseline {baseline} takes a factor in {words}, not in {unit}",
                         "baseline {baseline} memakai faktor dalam {words}, bukan {unit}",
                         baseline=self.baseline, words=", ".join(FITS[self.baseline]), unit=self.factor.unit)  # fmt: skip
        missing = [name for name in NEEDS[self.baseline] if not getattr(self, name)]
        if (
            self.baseline == "diesel-generator"
            and self.factor.unit == "kg_co2_per_litre"
            and self.litres_per_kwh is None
        ):
            missing.append("litres_per_kwh")
        if missing:
            raise _wrong("baseline_needs", "baseline {baseline} needs {words}", "baseline {baseline} memerlukan {words}",
                         baseline=self.baseline, words=", ".join(missing))  # fmt: skip
        return self

    def fossil_share(self, day: date) -> float:
        """The part of a litre bought on a day that is fossil, 0..1."""
        shares = [blend.share for blend in self.biodiesel if blend.since <= day]
        return 1.0 - (shares[-1] if shares else 0.0)


class Price(Model):
    """What energy costs from a day on, in rupiah, with the tariff or receipt it comes from; None: no such energy there.
    ``uncertainty``: 95 % half-width relative to the price, 0 of a published tariff.
    """

    since: date
    electricity_idr_per_kwh: Rupiah | None = None
    fuel_idr_per_litre: Rupiah | None = None
    source: str
    uncertainty: Annotated[float, Field(ge=0, le=2)] = 0.0


class Methane(Model):
    """What avoided methane is reckoned with (IPCC 2019 Refinement, volume 4, chapter 5). ``gwp``: kg CO2e per kg CH4.

    ``before``: how these paddies were watered before. ``nitrogen_kg_ha``: fertiliser per season; when given, the nitrous oxide that
    drained soil gives more of is taken off.
    """

    emission: Factor
    before: Literal["flooded", "single-drainage"] = "flooded"
    before_factor: Factor
    single: Factor
    multiple: Factor
    pre_season: Factor
    gwp: Factor
    season_d: Factor
    evidence: str = ""
    evidence_date: date | None = None
    nitrogen_kg_ha: Annotated[float, Field(ge=0, le=1000)] | None = None
    n2o_flooded: Factor
    n2o_drained: Factor
    gwp_n2o: Factor
    zones: tuple[Ident, ...] = ()


class Impact(Baseline):
    """The first baseline, the ``later`` ones that replace it each from its own ``since`` on, prices, and what is optional.

    ``life_cycle``: kg CO2e per kWh generated for making the panels, taken off in a line of its own when given.
    """

    price_idr_per_kwh: Rupiah = 0.0
    price_source: str = ""
    later: tuple[Baseline, ...] = ()
    prices: tuple[Price, ...] = ()
    life_cycle: Factor | None = None
    methane: Methane | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Impact:
        starts = [self.since or date.min, *(one.since or date.min for one in self.later)]
        if any(one.since is None for one in self.later) or starts != sorted(set(starts)):
            raise _wrong("later_order", "each entry of later needs its own 'since', after the one before",
                         "tiap isi later memerlukan 'since' sendiri, sesudah yang sebelumnya")  # fmt: skip
        return self

    def on(self, day: date) -> Baseline:
        """The baseline in force on a day; the first one also stands for days before its own ``since``."""
        found: Baseline = self
        for one in self.later:
            if one.since is not None and one.since <= day:
                found = one
        return found

    def price_on(self, day: date) -> Price:
        """The prices in force on a day: the last dated entry, else the undated pair of old."""
        found = [price for price in self.prices if price.since <= day]
        if found:
            return found[-1]
        return Price(
            since=date.min, electricity_idr_per_kwh=self.price_idr_per_kwh or None, source=self.price_source
        )


def _wrong(kind: LiteralString, english: LiteralString, indonesian: str, **words: Any) -> PydanticCustomError:
    return PydanticCustomError(kind, english, {**words, "id": indonesian})
