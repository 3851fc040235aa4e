"""A comparison as a picture (PNG) and as a page (HTML) that needs no network. Needs matplotlib, the extra ``compare``."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from controller.commands.console import t
from simulators.cli_worlds import UsageError
from simulators.compare_table import rows, sentences, shown, text, weather

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PARTS: Final = ("grid", "fuel", "unmet", "losses", "starts", "end")
COLOURS: Final = ("#4477aa", "#66ccee", "#cc3311", "#ccbb44", "#aa3377", "#999999")


def png(compared: Mapping[str, Any]) -> bytes:
    """Costs of each strategy as stacked bars, by what they are made of. Raises UsageError without matplotlib."""
    figure_of = _figure()
    names = {
        "grid": t("grid", "PLN"), "fuel": t("fuel", "BBM"), "unmet": t("water unmet", "air kurang"),
        "losses": t("drained, spilt", "terbuang"), "starts": t("starts", "start pompa"), "end": t("end", "sisa akhir"),
    }  # fmt: skip
    results = [result for result in compared["results"] if result["cost_idr"]["total"] is not None]
    figure = figure_of(figsize=(9.0, 0.6 * len(results) + 2.0), layout="constrained")
    axes = figure.subplots()
    for at, result in enumerate(results):
        right = left = 0.0
        for part, colour in zip(PARTS, COLOURS, strict=True):
            value = result["cost_idr"][part] / 1000.0
            axes.barh(
                at,
                value,
                left=right if value > 0.0 else left,
                color=colour,
                label=names[part] if at == 0 else None,
            )
            right, left = right + max(0.0, value), left + min(0.0, value)
        total = result["cost_idr"]["total"] / 1000.0
        axes.text(right, at, f" {text(total, 0 if abs(total) >= 100.0 else 1)}", va="center")
    axes.set_yticks(range(len(results)), [shown(result["strategy"]) for result in results])
    axes.invert_yaxis()
    if compared["oracle_bound_idr"] is not None:
        axes.axvline(
            compared["oracle_bound_idr"] / 1000.0, color="black", linestyle=":", label=t("bound", "batas")
        )
    axes.set_xlabel(t("cost, thousand Rupiah", "biaya, ribu rupiah"))
    axes.set_title(
        f"{compared['site']}  {compared['from'][:10]} .. {compared['to'][:10]}  ({weather(compared)})"
    )
    axes.margins(x=0.1)
    figure.legend(loc="outside lower center", ncols=7, fontsize="small")
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=120)
    return out.getvalue()


def html(compared: Mapping[str, Any]) -> str:
    """Picture, table and sentences as one page."""
    head, *body = rows(compared["results"])
    title = escape(f"{compared['site']}: {t('strategies compared', 'perbandingan strategi')}")
    picture = base64.b64encode(png(compared)).decode()
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in body)
    said = "".join(f"<p>{escape(sentence)}</p>\n" for sentence in sentences(compared))
    style = (
        "body{font-family:sans-serif;max-width:60em;margin:1em auto}td,th{padding:.2em .6em;text-align:right;white-space:nowrap}"
        "td:first-child,th:first-child{text-align:left}img{max-width:100%}div{overflow-x:auto}"
    )
    return (
        f'<!doctype html>\n<html lang="{t("en", "id")}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f'<style>{style}</style>\n<h1>{title}</h1>\n<img alt="{title}" src="data:image/png;base64,{picture}">\n'
        f"<div><table><tr>{top}</tr>\n{lines}</table></div>\n{said}</html>\n"
    )


def writable(path: Path) -> None:
    """Whether ``write`` can work, before a season is spent on it. Raises UsageError."""
    if path.suffix.lower() not in (".png", ".html", ".htm"):
        raise UsageError(
            t(f"--plot {path}: the name must end in .png or .html",
              f"--plot {path}: nama harus berakhiran .png atau .html")
        )  # fmt: skip
    if not path.parent.is_dir():
        raise UsageError(
            t(
                f"--plot {path}: there is no folder {path.parent}",
                f"--plot {path}: tidak ada folder {path.parent}",
            )
        )
    _figure()


def _figure() -> type[Figure]:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError(
            t("a picture needs matplotlib; install the extra: pip install 'tirtasurya[compare]'",
              "gambar perlu matplotlib; pasang tambahannya: pip install 'tirtasurya[compare]'")
        ) from None  # fmt: skip
    return Figure


def write(compared: Mapping[str, Any], path: Path) -> None:
    """Write FILE.png or FILE.html, by its suffix. Raises UsageError where ``writable`` does, OSError."""
    writable(path)
    if path.suffix.lower() == ".png":
        path.write_bytes(png(compared))
    else:
        path.write_text(html(compared), encoding="utf-8")
