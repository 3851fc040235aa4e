"""The factors that ship with the package: each with its paper trail, and the ids that a site file may write."""

from __future__ import annotations

import pytest

from controller.factors import biodiesel, filled, registry, suspects


def test_every_factor_has_a_source_a_year_and_a_name() -> None:
    """Nothing ships that an auditor could not look up."""
    for ident, factor in registry().items():
        assert factor.id == ident
        assert factor.source, ident
        assert factor.name, ident
        assert (factor.valid_from is None) == ("undated" in factor.reference), ident
        assert factor.low is None or factor.low <= factor.value <= (factor.high or 0.0), ident


def test_every_factor_says_whether_it_was_read_in_its_document() -> None:
    """Read there, in a public copy of the table, or not at all; what was read has its table or paragraph beside it. No default of
    the CDM counts as read before somebody has.
    """
    known = registry()
    assert all(factor.checked for factor in known.values())
    unseen = {ident for ident, factor in known.items() if factor.checked == "unseen"}
    assert unseen == {ident for ident in known if ident.startswith(("diesel-ams", "diesel-tool33", "pv-"))} | {
        "grid-indonesia-ruptl-2015", "gwp-ch4-ar6", "gwp-n2o-ar6"}  # fmt: skip
    assert all(
        known[ident].reference
        for ident in known
        if ident.startswith(("diesel-", "rice-")) or ident.endswith("-jcm")
    )


@pytest.mark.parametrize(
    ("ident", "value"),
    [
        ("grid-sumatera-om-2019", 0.77), ("grid-sumatera-bm-2019", 1.12), ("grid-sumatera-cm-ex-post-2019", 0.94),
        ("grid-sumatera-cm-pv-ex-post-2019", 0.86), ("grid-sumatera-cm-ex-ante-2019", 0.93),
        ("grid-sumatera-cm-pv-ex-ante-2019", 0.84), ("grid-jamali-om-2019", 0.80), ("grid-jamali-cm-ex-post-2019", 0.87),
        ("diesel-ipcc-2006", 2.676), ("diesel-ams-i-a", 0.8), ("diesel-tool33-below-15kw-pump", 1.4),
        ("rice-efc-south-east-asia", 1.22), ("rice-sfw-multiple-drainage", 0.55), ("gwp-ch4-ar5", 28.0),
    ],
)  # fmt: skip
def test_published_values(ident: str, value: float) -> None:
    """The values of the published tables, as printed."""
    assert registry()[ident].value == value


def test_the_diesel_mini_grids_by_size_and_load() -> None:
    """TOOL33's table: 24 h service, water pumps, with storage; by the size of the generators."""
    sizes = {
        "below-15kw": (2.4, 1.4, 1.2),
        "15-35kw": (1.9, 1.3, 1.1),
        "35-135kw": (1.3, 1.0, 1.0),
        "135-200kw": (0.9, 0.8, 0.8),
    }
    for size, values in sizes.items():
        found = tuple(registry()[f"diesel-tool33-{size}-{load}"].value for load in ("24h", "pump", "storage"))
        assert found == values, size


def test_the_margins_are_their_own_average() -> None:
    """TOOL07: 50/50 and 75/25 of operating and build margin give the combined ones to the printed digit."""
    known = registry()
    for grid in ("sumatera", "jamali"):
        om, bm = known[f"grid-{grid}-om-2019"].value, known[f"grid-{grid}-bm-2019"].value
        assert known[f"grid-{grid}-cm-ex-post-2019"].value == pytest.approx((om + bm) / 2.0, abs=0.0101)
        assert known[f"grid-{grid}-cm-pv-ex-post-2019"].value == pytest.approx(
            0.75 * om + 0.25 * bm, abs=0.0101
        )


def test_a_litre_of_diesel_is_its_heat() -> None:
    """74.1 kg/GJ x 43.0 GJ/t x 0.84 kg/l = 2.676 kg; the three lower sides of IPCC's ranges make its 5 %."""
    litre = registry()["diesel-ipcc-2006"]
    assert litre.value == pytest.approx(74.1 * 43.0 * 0.84 / 1000.0, abs=5e-4)
    low = ((74.1 - 72.6) / 74.1, (43.0 - 41.4) / 43.0, 0.02 / 0.84)
    assert litre.relative == pytest.approx(sum(one * one for one in low) ** 0.5, abs=0.002)


def test_ids_become_factors_and_everything_else_stays() -> None:
    """A spelt-out factor, an unknown id and a file that is no mapping pass through for the validation to tell."""
    assert filled(["x"]) == ["x"]
    assert filled({"impact": {"factor": "nobody"}}) == {"impact": {"factor": "nobody"}}
    spelt = {"impact": {"factor": {"value": 0.9, "name": "n", "source": "s", "year": 2020}}}
    assert filled(spelt) == spelt
    found = filled({"impact": {"factor": "diesel-ipcc-2006", "life_cycle": "pv-life-cycle", "methane": {}}})
    assert isinstance(found, dict)
    entry = found["impact"]
    assert entry["factor"]["value"] == 2.676
    assert [one["share"] for one in entry["biodiesel"]] == [0.20, 0.30, 0.35, 0.40]
    assert entry["methane"]["multiple"]["value"] == 0.55
    assert entry["life_cycle"]["value"] == 0.045


def test_dated_shares_only_grow_and_portals_are_refused() -> None:
    """The mandates follow each other; the inverter portal's 0.997 is no factor."""
    days = [one["since"] for one in biodiesel()]
    assert days == sorted(days)
    assert [one.value for one in suspects() if one.refused] == [0.997]
