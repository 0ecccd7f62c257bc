#!/usr/bin/env python3
"""Measures HTTP gateways side by side: rounds are interleaved, ratios are to the first server of the same round.

  compare.py --scenario S1 --peer nginx,envoy --target mygw=http://127.0.0.1:8080:PID[,PID...]

See benches/README.md for the scenarios and what each expects a server to be configured with. Python 3 stdlib only.
"""
import argparse, http.client, json, os, pathlib, random, re, shutil, socket, statistics, subprocess, sys, tempfile
import threading, time, urllib.parse
import peers

TICK = os.sysconf("SC_CLK_TCK")
ORIGIN = {"Origin": "https://app.example.com"}
PREFLIGHT = {**ORIGIN, "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "content-type,authorization"}
CORS = {"access-control-allow-origin": None, "access-control-allow-methods": None, "access-control-allow-headers": None}
BODY = 65536
MAPPED = {"access-control-allow-origin": "*", "x-frame-options": "DENY", "x-mapped": "yes",
          "x-seen": "/map/p1k 1 https://app.example.com -"}
# scenario: method, path, request headers, request body size, proxied, response headers wanted, response body size
SCENARIOS = {
    "S1": ("OPTIONS", "/cors", PREFLIGHT, 0, False, CORS, 0),
    "S1filter": ("OPTIONS", "/corsfilter", PREFLIGHT, 0, False, CORS, 0),      # envoy's cors filter
    "S2": ("GET", "/p1k", {}, 0, True, {}, 1024),
    "S3": ("GET", "/map/p1k?a=1", {**ORIGIN, "X-Remove-Me": "secret"}, 0, True, MAPPED, 1024),
    "S4get": ("GET", "/p64k", {}, 0, True, {}, BODY),
    "S4post": ("POST", "/post", {}, BODY, True, {}, 1024),
    "S5": ("GET", "/r3/items/42/detail", {}, 0, False, {}, 0),
    "S9": ("OPTIONS", "/cors", PREFLIGHT, 0, False, CORS, 0),
}


class Target:
    """A server somebody else started."""
    load_s = None

    def __init__(self, spec):
        m = re.fullmatch(r"([^=]+)=(https?://[^:/]+:\d+):([\d,]+)", spec)
        if not m:
            raise SystemExit(f"--target wants name=http://HOST:PORT:PID[,PID], not {spec}")
        self.name, self.url = m[1], m[2]
        self.h2url = self.url
        self.pids = [int(p) for p in m[3].split(",")]
        if urllib.parse.urlsplit(self.url).hostname not in ("127.0.0.1", "localhost"):
            raise SystemExit("only servers on this machine are measured")

    def reload(self, version, command=None):
        subprocess.run(command, shell=True, check=True, env={**os.environ, "VERSION": f"v{version}"})

    def stop(self):
        pass


# ---- /proc ---------------------------------------------------------------
def tree(pids):
    """These processes and all below them."""
    kids = {}
    for p in os.listdir("/proc"):
        if p.isdigit():
            try:
                ppid = int(pathlib.Path(f"/proc/{p}/stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            kids.setdefault(ppid, []).append(int(p))
    out, todo = [], list(pids)
    while todo:
        p = todo.pop()
        if p not in out:
            out.append(p)
            todo += kids.get(p, [])
    return out


def pids_of(t):
    return tree(getattr(t, "pids", None) or [t.pid])


def cpu(pids):
    """(user, user+sys) seconds of these processes."""
    user = total = 0
    for p in pids:
        try:
            f = pathlib.Path(f"/proc/{p}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        user += int(f[11])
        total += int(f[11]) + int(f[12])
    return user / TICK, total / TICK


def memory(pids):
    """(RSS, PSS) in MiB, summed; PSS counts a page shared by n processes as 1/n."""
    rss = pss = 0
    for p in pids:
        try:
            text = pathlib.Path(f"/proc/{p}/smaps_rollup").read_text()
        except OSError:
            continue
        rss += int(re.search(r"^Rss:\s+(\d+)", text, re.M)[1])
        pss += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])
    return rss / 1024, pss / 1024


# ---- one request, to check that the answer is right ------------------------
def check(url, scenario):
    method, path, headers, size, _, want, length = SCENARIOS[scenario]
    u = urllib.parse.urlsplit(url)
    c = http.client.HTTPConnection(u.hostname, u.port, timeout=5)
    c.request(method, path, body=b"x" * size if size else None, headers=headers)
    r = c.getresponse()
    body = r.read()
    c.close()
    if r.status not in (200, 204):
        return f"status {r.status}"
    for k, v in want.items():
        if r.getheader(k) is None or (v is not None and r.getheader(k) != v):
            return f"header {k} is {r.getheader(k)!r}"
    if len(body) != length and not (scenario == "S5" and len(body) < 200):
        return f"body of {len(body)} bytes, not {length}"
    return None


# ---- load generators -------------------------------------------------------
DONE = """
done = function(s, l)
  local e = s.errors
  io.write(string.format('JSON {"requests":%d,"seconds":%.6f,"errors":%d,"bad":%d,"p50":%.1f,"p99":%.1f}\\n', s.requests,
    s.duration/1e6, e.connect+e.read+e.write+e.timeout, e.status, l:percentile(50), l:percentile(99)))
end
"""


def lua(scenario, n_routes, where):
    method, path, headers, size, *_ = SCENARIOS[scenario]
    out = [f'wrk.method = "{method}"'] + [f'wrk.headers["{k}"] = "{v}"' for k, v in headers.items()]
    if size:
        out.append(f'wrk.body = string.rep("x", {size})')
    if scenario == "S5":
        rnd = random.Random(1)
        paths = [f"/r{rnd.randrange(n_routes)}/items/{rnd.randrange(10**6)}/detail" for _ in range(1000)]
        out.append("local reqs, i = {}, 0\ninit = function() for _, p in ipairs({%s}) do reqs[#reqs+1] = wrk.format(nil, p) end end"
                   % ",".join(f'"{p}"' for p in paths))
        out.append("request = function() i = i % #reqs + 1; return reqs[i] end")
    f = pathlib.Path(where) / f"{scenario}-{n_routes}.lua"
    f.write_text("\n".join(out) + DONE)
    return str(f)


def wrk_command(a, url, scenario, seconds, script, conns=None):
    return ["taskset", "-c", a.load_cpu, "wrk", "-t1", f"-c{conns or a.connections}", f"-d{seconds}s", "--timeout", "5s",
            "-s", script, url + SCENARIOS[scenario][1]]


def parse_wrk(text):
    m = re.search(r"^JSON (.*)$", text, re.M)
    if not m:
        raise RuntimeError("wrk printed no result: " + text[-300:])
    r = json.loads(m[1])
    r["errors"] += r["bad"]
    return r


def run_wrk(a, t, scenario, seconds, script):
    return parse_wrk(subprocess.run(wrk_command(a, t.url, scenario, seconds, script), capture_output=True, text=True,
                                    timeout=seconds + 30).stdout)


def run_h2load(a, t, scenario, seconds, _script):
    method, path, headers, *_ = SCENARIOS[scenario]
    cmd = ["taskset", "-c", a.load_cpu, "h2load", "-t1", "-c8", "-m16", "-D", str(seconds), "-H", f":method: {method}"]
    for k, v in headers.items():
        cmd += ["-H", f"{k.lower()}: {v}"]
    out = subprocess.run(cmd + [t.h2url + path], capture_output=True, text=True, timeout=seconds + 30).stdout
    m = re.search(r"requests: (\d+) total.*?(\d+) succeeded, (\d+) failed, (\d+) errored", out)
    if not m:
        raise RuntimeError("h2load printed no result: " + out[-300:])
    return {"requests": int(m[2]), "seconds": seconds, "errors": int(m[3]), "p50": 0, "p99": 0}


def run_oha(a, t, scenario, seconds, rate):
    """Latency at a fixed rate, counted from when each request was due."""
    method, path, headers, size, *_ = SCENARIOS[scenario]
    cmd = ["taskset", "-c", a.load_cpu, str(pathlib.Path(a.tools) / "bin/oha"), "--no-tui", "--output-format", "json", "-c", "32",
           "-z", f"{seconds}s", "-q", str(int(rate)), "--latency-correction", "-m", method]
    for k, v in headers.items():
        cmd += ["-H", f"{k}: {v}"]
    if size:
        cmd += ["-d", "x" * size]
    mine = pids_of(t)
    before = cpu(mine)[1]
    r = json.loads(subprocess.run(cmd + [t.url + path], capture_output=True, text=True, timeout=seconds + 30).stdout)
    used, p, rate = cpu(mine)[1] - before, r["latencyPercentiles"], r["summary"]["requestsPerSec"]
    return {"rate": rate, "us": used * 1e6 / max(rate * r["summary"]["total"], 1), **{k: (p[k] or 0) * 1e6 for k in ("p50", "p99", "p99.9")}}


# ---- scenarios ---------------------------------------------------------------
def measure(a, t, scenario, upstream, script, run):
    mine, up = pids_of(t), [upstream.pid] if upstream else []
    load0 = sum(os.times()[2:4])
    (s0, c0), u0, w0 = cpu(mine), cpu(up)[1], time.monotonic()
    r = run(a, t, scenario, a.seconds, script)
    wall = time.monotonic() - w0
    (s1, c1), u1 = cpu(mine), cpu(up)[1]
    n = max(r["requests"], 1)
    return {"rps": r["requests"] / r["seconds"], "us": (c1 - c0) * 1e6 / n, "user": (s1 - s0) * 1e6 / n, "server": (c1 - c0) / wall, "upstream": (u1 - u0) / wall,
            "load": (sum(os.times()[2:4]) - load0) / wall, "errors": r["errors"], "p50": r["p50"], "p99": r["p99"],
            "rss": memory(mine)[0]}


def median(rows, key):
    return statistics.median(r[key] for r in rows)


def ratio(rows, base, key):
    return statistics.median(r[key] / b[key] if b[key] else float("nan") for r, b in zip(rows, base))


def table(head, rows):
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for r in rows:
        print("| " + " | ".join(str(c) for c in r) + " |")
    print(flush=True)


def throughput(a, servers, scenario, upstream, tmp, title):
    run = run_h2load if scenario == "S9" else run_wrk
    script = lua(scenario, a.n, tmp)
    good = []
    for t in servers:
        bad = None if a.no_check else check(t.url, scenario)
        if bad:
            print(f"{t.name}: left out: {bad}", flush=True)
        else:
            good.append(t)
    rows = {t.name: [] for t in good}
    for i in range(a.rounds):
        for t in good if i % 2 == 0 else good[::-1]:
            rows[t.name].append(measure(a, t, scenario, upstream, script, run))
    if not good:
        return {}
    base = rows[good[0].name]
    print(f"### {title}: {a.rounds} rounds of {a.seconds} s, medians; ratios to {good[0].name}")
    table(["server", "CPU µs/req", "of it user", "ratio", "= req/s per core", "req/s seen", "ratio", "server CPU", "upstream CPU", "load CPU", "p99 µs (full load)", "RSS MiB", "errors"],
          [[n, f"{median(r, 'us'):.1f}", f"{median(r, 'user'):.1f}", f"{ratio(r, base, 'us'):.2f}", f"{1e6 / max(median(r, 'us'), 1e-3):.0f}", f"{median(r, 'rps'):.0f}",
            f"{ratio(r, base, 'rps'):.2f}", f"{median(r, 'server'):.0%}", f"{median(r, 'upstream'):.0%}", f"{median(r, 'load'):.0%}", f"{median(r, 'p99'):.0f}",
            f"{median(r, 'rss'):.1f}", sum(x["errors"] for x in r)] for n, r in rows.items()])
    if a.latency and scenario != "S9":
        lat = {t.name: [] for t in good}
        for _ in range(a.rounds):
            for t in good:
                rate = a.rate or median(rows[t.name], "rps") / 2
                lat[t.name].append(run_oha(a, t, scenario, a.seconds, rate))
        print(f"### {title}: latency in µs at {'a fixed rate' if a.rate else 'half of its own full rate'} (oha, counted from the due time)")
        table(["server", "asked req/s", "got req/s", "CPU µs/req", "p50", "p99", "p99.9"],
              [[n, f"{a.rate or median(rows[n], 'rps') / 2:.0f}", f"{median(r, 'rate'):.0f}", f"{median(r, 'us'):.1f}"] + [f"{median(r, k):.0f}" for k in ("p50", "p99", "p99.9")]
               for n, r in lat.items()])
        for n in lat:
            rows[n].append({"latency": lat[n]})
    return rows


class Prober(threading.Thread):
    """Asks /version every 2 ms, in turn over one kept connection and over a new one."""

    def __init__(self, url):
        super().__init__(daemon=True)
        u = urllib.parse.urlsplit(url)
        self.at, self.seen, self.stopped = (u.hostname, u.port), [], False

    def ask(self, s, close):
        s.sendall(b"GET /version HTTP/1.1\r\nHost: t\r\n" + (b"Connection: close\r\n" if close else b"") + b"\r\n")
        data = b""
        while b"\r\n\r\n" not in data:
            d = s.recv(4096)
            if not d:
                raise OSError("closed")
            data += d
        m = re.search(rb"x-version: *(\S+)", data, re.I)
        return m[1].decode() if m and data[9:10] == b"2" else None

    def run(self):
        kept, fresh = None, False
        while not self.stopped:
            start, how, version = time.monotonic(), "new" if fresh else "kept", None
            try:
                if fresh:
                    with socket.create_connection(self.at, 5) as s:
                        version = self.ask(s, True)
                else:
                    if kept is None:
                        kept = socket.create_connection(self.at, 5)
                        how = "reopened"
                    version = self.ask(kept, False)
            except OSError:
                if not fresh and kept:
                    kept.close()
                    kept = None
            self.seen.append((start, time.monotonic(), how, version))
            fresh = not fresh
            time.sleep(0.002)


def s6(a, servers, tmp):
    """Reloads under load: 3 reloads, 2.5 s apart."""
    script, out = lua("S1", 0, tmp), []
    version = 1
    for t in servers:
        prober = Prober(t.url)
        cmd = wrk_command(a, t.url, "S1", 10, script, conns=16)
        load = subprocess.Popen(cmd, stdout=subprocess.PIPE, text=True)
        prober.start()
        time.sleep(2)
        pids = pids_of(t)
        marks, took, peak = [], [], memory(pids)[1]
        for _ in range(3):
            version += 1
            before = time.monotonic()
            t.reload(version, a.reload) if isinstance(t, Target) else t.reload(version)
            took.append(time.monotonic() - before)
            marks.append((before, f"v{version}"))
            while time.monotonic() < before + 2.5:
                peak = max(peak, memory(pids_of(t))[1])
                time.sleep(0.05)
        r = parse_wrk(load.communicate(timeout=30)[0])
        prober.stopped = True
        prober.join(6)
        first, last = [], []
        for (at, v), end in zip(marks, [m[0] for m in marks[1:]] + [float("inf")]):
            new = [s[1] - at for s in prober.seen if s[0] >= at and s[3] == v]
            old = [s[1] - at for s in prober.seen if at <= s[0] < end and s[3] not in (None, v)]
            first.append(min(new) * 1e3 if new else float("inf"))
            last.append(max(old) * 1e3 if old else 0.0)
        fails = {h: sum(1 for s in prober.seen if s[3] is None and s[2] == h) for h in ("kept", "new", "reopened")}
        slow = sum(1 for s in prober.seen if s[1] - s[0] > 0.05)
        worst = max(s[1] - s[0] for s in prober.seen) * 1e3
        med = lambda x: f"{statistics.median(x):.0f}"
        out.append([t.name, med(first), med(last), f"{statistics.median(took) * 1e3:.0f}", f"{r['errors']} of {r['requests']}",
                    f"{fails['kept']} kept, {fails['new'] + fails['reopened']} new of {len(prober.seen)}", slow, f"{worst:.0f}", f"{peak:.0f}"])
    print(f"### S6 reload under load, {a.n} routes: median of 3 reloads")
    table(["server", "new config first seen, ms", "old last seen, ms", "command took, ms", "wrk errors", "probe failures", "probes > 50 ms",
           "slowest probe, ms", "peak PSS MiB"], out)
    return out


def s7(a, servers):
    """Memory idle, and with idle kept connections that each did one request."""
    out = []
    n = a.idle
    for t in servers:
        idle = memory(pids_of(t))
        u = urllib.parse.urlsplit(t.url)
        socks = []
        for _ in range(n):
            s = socket.create_connection((u.hostname, u.port), 5)
            s.sendall(b"OPTIONS /cors HTTP/1.1\r\nHost: t\r\nOrigin: http://o\r\nAccess-Control-Request-Method: POST\r\n\r\n")
            s.recv(4096)
            socks.append(s)
        time.sleep(0.5)
        full = memory(pids_of(t))
        for s in socks:
            s.close()
        time.sleep(1)
        after = memory(pids_of(t))
        out.append([t.name, f"{idle[0]:.1f}", f"{idle[1]:.1f}", f"{(full[0] - idle[0]) * 1000 / n:.1f}", f"{(full[0] - idle[0]) * 1024 / n:.1f}",
                    f"{after[0]:.1f}"])
    print(f"### S7/S8 memory: idle, and with {n} idle kept connections")
    table(["server", "idle RSS MiB", "idle PSS MiB", "MiB per 1,000 connections", "KiB each", "RSS after they closed"], out)
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--scenario", required=True, help="S1 S1filter S2 S3 S4get S4post S5 S6 S7 S9 (comma list)")
    p.add_argument("--peer", default="", help="servers to start: " + " ".join(peers.NAMES + peers.RUST) + "; Rust ones take +mi +mt2 +h2")
    p.add_argument("--target", action="append", default=[], help="name=http://127.0.0.1:PORT:PID, already running; repeatable")
    p.add_argument("--targets-first", action="store_true", help="take ratios to the first --target, not to the first --peer")
    p.add_argument("--tools", default=str(peers.HERE / ".tools"), help="where install-peers.sh put its things")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--seconds", type=int, default=4)
    p.add_argument("--connections", type=int, default=64)
    p.add_argument("--server-cpu", default="0")
    p.add_argument("--load-cpu", default="1")
    p.add_argument("--upstream-port", type=int, default=0, help="fixed port of the origin, so that a --target can know it")
    p.add_argument("--routes", default="10", help="S5, S6: comma list of route counts for the peers")
    p.add_argument("--reload", help="S6: shell command that makes a --target answer /version with X-Version: $VERSION")
    p.add_argument("--latency", action="store_true", help="also the latency at a fixed rate")
    p.add_argument("--rate", type=float, help="the rate for --latency (default: half of each server's own)")
    p.add_argument("--idle", type=int, default=4000, help="S7: connections")
    p.add_argument("--no-check", action="store_true", help="measure servers whose answer is wrong too")
    p.add_argument("--json", help="append the raw results to this file, one line a scenario")
    a = p.parse_args()
    tmp = tempfile.mkdtemp(prefix="bench-")
    started = []

    def start(name, **kw):
        s = peers.Server(name, a.tools, **kw)
        started.append(s)
        return s

    try:
        for scenario in a.scenario.split(","):
            proxied = scenario in SCENARIOS and SCENARIOS[scenario][4]
            for a.n in [int(x) for x in a.routes.split(",")] if scenario in ("S5", "S6") else [0]:
                upstream, origin = None, "127.0.0.1:1"
                if proxied:
                    upstream = start("upstream", cpu=a.load_cpu, port=a.upstream_port)
                    origin = upstream.url[7:]
                servers = []
                for n in filter(None, a.peer.split(",")):
                    try:
                        servers.append(start(n, cpu=a.server_cpu, upstream=origin, n_routes=a.n))
                    except RuntimeError as e:
                        print(f"left out: {e}", flush=True)
                targets = [Target(t) for t in a.target]
                servers = targets + servers if a.targets_first else servers + targets
                title = scenario + (f" with {a.n} routes" if scenario == "S5" else "")
                if scenario == "S6":
                    rows = s6(a, servers, tmp)
                elif scenario == "S7":
                    rows = s7(a, servers)
                else:
                    if scenario == "S5":
                        print(f"### {title}: start and memory before any request")
                        table(["server", "start until it answers, s", "RSS MiB"],
                              [[t.name, f"{t.load_s:.2f}" if t.load_s else "-", f"{memory(pids_of(t))[0]:.0f}"] for t in servers])
                    rows = throughput(a, servers, scenario, upstream, tmp, title)
                if a.json:
                    with open(a.json, "a") as f:
                        f.write(json.dumps({"scenario": title, "rows": rows}) + "\n")
                while started:
                    started.pop().stop()
    finally:
        while started:
            started.pop().stop()
        shutil.rmtree(tmp, ignore_errors=True)


if __name__ == "__main__":
    main()
