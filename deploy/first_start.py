"""What compose.yaml needs before anything runs: certificates, passwords, tokens. Makes only what is missing; nothing has a default.

first_start.py secrets             certificates of the broker, passwords, the PIN of the page, the demo's site file
first_start.py tokens URL          in a running InfluxDB 2: a token that reads, one that writes, the DBRP mapping for InfluxQL
first_start.py show                the passwords, for the person who set this up
first_start.py device NAME         a device's own name and password at the broker (then restart mosquitto)

Only the standard library and openssl. Files belong to the user of the container that reads them; nobody else may.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(os.environ.get("TIRTA_SECRETS", "/secrets"))
SOURCE = Path(__file__).resolve().parent
OWNERS = {"broker": 1883, "influxdb": 1000, "grafana": 472, "tirta": 10001, "demo": 10001}
ORG, BUCKET = "desa", "tirtasurya"
CA_DAYS, SERVER_DAYS = 7300, 3650
BROKER_USERS = ("tirta", "gateway")


def keep(service: str, name: str, text: str, mode: int = 0o400) -> None:
    """A file that only this service's user reads."""
    path = ROOT / service / name
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    own(service, beside)
    beside.replace(path)


def own(service: str, path: Path) -> None:
    """Give it to the service's user; left alone when this is not run by root (a trial)."""
    if os.geteuid() == 0:
        os.chown(path, OWNERS[service], OWNERS[service])


def read(service: str, name: str) -> str:
    """What was kept, or nothing."""
    path = ROOT / service / name
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def password(service: str, name: str) -> str:
    """The kept one, else a new one."""
    found = read(service, name)
    if not found:
        found = secrets.token_urlsafe(24)
        keep(service, name, found + "\n")
    return found


# ---------------------------------------------------------------------------------------------------------- the broker


def hashed(name: str, word: str) -> str:
    """A line of Mosquitto's password file: PBKDF2-SHA512, as mosquitto_passwd writes it."""
    salt, rounds = secrets.token_bytes(12), 101
    key = hashlib.pbkdf2_hmac("sha512", word.encode(), salt, rounds)
    return f"{name}:$7${rounds}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def broker_users() -> None:
    """The controller's and the gateway's names; a device's is added by `device`."""
    lines = {line.partition(":")[0]: line for line in read("broker", "passwords").splitlines()}
    words = {"tirta": password("tirta", "mqtt-password"), "gateway": password("broker", "gateway-password")}
    if set(BROKER_USERS) - set(lines):
        lines |= {name: hashed(name, word) for name, word in words.items()}
        keep("broker", "passwords", "\n".join(lines.values()) + "\n")


def device(name: str) -> None:
    """Add a device, or give it another password; tells it once."""
    if not name.replace("-", "").replace("_", "").isalnum() or name in BROKER_USERS:
        raise SystemExit(f"{name}: letters, digits, - and _ only, and none of {', '.join(BROKER_USERS)}")
    lines = {line.partition(":")[0]: line for line in read("broker", "passwords").splitlines()}
    word = secrets.token_urlsafe(12)
    lines[name] = hashed(name, word)
    keep("broker", "passwords", "\n".join(lines.values()) + "\n")
    print(f"{name}: {word}\nThen / lalu:  docker compose -f deploy/compose.yaml restart mosquitto")


def openssl(*arguments: str) -> None:
    """Run it; its own words when it fails."""
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"openssl {arguments[0]}: {done.stderr.strip()}")


def certificates() -> None:
    """An authority of this installation's own, and the broker's certificate. RSA: small devices know nothing else."""
    folder = ROOT / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    authority, server = folder / "ca", folder / "server"
    if not authority.with_suffix(".crt").exists():
        openssl(*f"req -x509 -newkey rsa:3072 -nodes -sha256 -days {CA_DAYS} -subj /CN=tirtasurya".split(),
                "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                "-keyout", f"{authority}.key", "-out", f"{authority}.crt")  # fmt: skip
    if not server.with_suffix(".crt").exists():
        names = os.environ.get("TIRTA_BROKER_NAMES", "mosquitto,localhost,127.0.0.1").split(",")
        kinds = ",".join(f"{'IP' if name.replace('.', '').isdigit() else 'DNS'}:{name}" for name in names)
        openssl(*["req", "-new", "-newkey", "rsa:2048", "-nodes", "-sha256"], "-subj", f"/CN={names[0]}",
                "-addext", f"subjectAltName={kinds}", "-addext", "extendedKeyUsage=serverAuth",
                "-keyout", f"{server}.key", "-out", f"{server}.csr")  # fmt: skip
        openssl(*f"x509 -req -sha256 -days {SERVER_DAYS} -copy_extensions copy -CAcreateserial".split(),
                "-in", f"{server}.csr", "-CA", f"{authority}.crt", "-CAkey", f"{authority}.key",
                "-out", f"{server}.crt")  # fmt: skip
    for path in folder.iterdir():
        path.chmod(0o444 if path.suffix == ".crt" else 0o400)
        if path.name != "ca.key":  # stays root's: the broker never needs it
            own("broker", path)


# ------------------------------------------------------------------------------------------------------------ the page


def pin() -> None:
    """Six digits for the page, told once; only their hash is kept, as `tirta pin` does."""
    if read("tirta", "pin"):
        return
    digits, salt = f"{secrets.randbelow(10**6):06d}", secrets.token_bytes(16)
    key = hashlib.scrypt(digits.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    keep("tirta", "pin", f"scrypt${salt.hex()}${key.hex()}\n")
    print(f"PIN of the page, shown this once / PIN halaman, ditampilkan sekali ini: {digits}")


INFLUX = """\
  influx:
    url: http://influxdb:8086
    api: v2
    org: desa
    bucket: tirtasurya
    token_file: /run/tirta/influx-token
"""


def demo_site(source: Path) -> None:
    """The example site, sending to this InfluxDB, its page reachable from outside the container behind the PIN."""
    if not (source / "config.yaml").exists():
        return  # not in the image: only the secrets are wanted
    text = (source / "config.yaml").read_text(encoding="utf-8")
    edits = {
        "  max_mb: 200\n": "  max_mb: 200\n" + INFLUX,
        "  host: 127.0.0.1 ": "  host: 0.0.0.0 ",
        "  # pin_file: pin\n": "  pin_file: /run/tirta/pin\n",
    }
    for old, new in edits.items():
        if text.count(old) != 1:
            raise SystemExit(f"config.yaml: not found once: {old.strip()}")
        text = text.replace(old, new)
    keep("demo", "config.yaml", text, 0o444)
    for program in sorted((source / "schedules" / "programs").glob("*.yaml")):
        keep("demo", f"schedules/programs/{program.name}", program.read_text(encoding="utf-8"), 0o444)
    for folder in (ROOT / "demo" / "schedules", ROOT / "demo" / "schedules" / "programs"):
        folder.chmod(0o755)


# ------------------------------------------------------------------------------------------------------------ InfluxDB


class Influx:
    """InfluxDB 2 as its administrator."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url.rstrip("/"), token

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """GET, or POST of a body; the answer."""
        data = None if body is None else json.dumps(body).encode()
        heads = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v2/{path}", data=data, headers=heads)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.loads(answer.read() or b"{}")
        return found

    def token_that(self, org: str, bucket: str, *actions: str) -> str:
        """A new token with these rights on the bucket and no others."""
        rights = [{"action": a, "resource": {"type": "buckets", "id": bucket, "orgID": org}} for a in actions]
        made = self.ask(
            "authorizations", {"orgID": org, "description": f"tirtasurya {actions[0]}", "permissions": rights}
        )
        return str(made["token"])


def tokens(url: str) -> None:
    """The controller may only write, Grafana only read; InfluxQL finds the bucket under its own name."""
    server = Influx(url, read("influxdb", "admin-token"))
    org = str(server.ask(f"orgs?org={ORG}")["orgs"][0]["id"])
    bucket = str(server.ask(f"buckets?orgID={org}&name={BUCKET}")["buckets"][0]["id"])
    if not read("tirta", "influx-token"):
        keep("tirta", "influx-token", server.token_that(org, bucket, "write") + "\n")
    if not read("grafana", "influx-token"):
        keep("grafana", "influx-token", server.token_that(org, bucket, "read") + "\n")
    mapped = server.ask(f"dbrps?orgID={org}&db={BUCKET}")["content"]
    if not [one for one in mapped if not one.get("virtual")]:
        server.ask("dbrps", {"orgID": org, "bucketID": bucket, "database": BUCKET,
                             "retention_policy": "autogen", "default": True})  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- main


def make_secrets(source: Path = SOURCE) -> None:
    """Everything that is there before anything runs."""
    certificates()
    broker_users()
    password("influxdb", "admin-password")
    password("influxdb", "admin-token")
    password("grafana", "admin-password")
    pin()
    keep("tirta", "ca.crt", (ROOT / "broker" / "ca.crt").read_text(encoding="utf-8"), 0o444)
    demo_site(source)
    for service in OWNERS:
        own(service, ROOT / service)
        (ROOT / service).chmod(0o755 if service == "demo" else 0o700)


def show() -> None:
    """For the person who set this up."""
    told = {
        "Grafana, admin": read("grafana", "admin-password"),
        "InfluxDB, admin": read("influxdb", "admin-password"),
        "MQTT, gateway": read("broker", "gateway-password"),
    }
    for whose, word in told.items():
        print(f"{whose}: {word}")
    print(f"\nThe broker's authority, for devices / sertifikat untuk alat:\n{read('broker', 'ca.crt')}")


def main(arguments: list[str]) -> int:
    """0, or a message and 1."""
    match arguments:
        case ["secrets"]:
            make_secrets()
        case ["tokens", url]:
            tokens(url)
        case ["show"]:
            show()
        case ["device", name]:
            device(name)
        case _:
            raise SystemExit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
