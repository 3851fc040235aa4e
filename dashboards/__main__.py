"""``python -m dashboards``: writes the dashboards and alert rules into deploy/grafana; ``--check`` only tells what differs."""

from __future__ import annotations

import sys

from dashboards.files import OUT, files


def main() -> int:
    """0, or 1 when ``--check`` finds a file that is not what the description makes."""
    made = files()
    stale = {path for path in (*OUT.rglob("tirta-*.json"), *OUT.rglob("tirta-*.yaml")) if path not in made}
    differ = stale | {
        path for path, text in made.items() if not path.exists() or path.read_text("utf-8") != text
    }
    if "--check" in sys.argv[1:]:
        print("\n".join(f"not as described: {path}" for path in sorted(differ)) or "as described")
        return bool(differ)
    for path in stale:
        path.unlink()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    print(f"{len(made)} files below {OUT}, {len(differ)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
