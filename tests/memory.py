"""Memory stays within its bounds, whatever is sent: python3 tests/memory.py COPYTASTER [--brief]

Runs the program against a server of its own, twice: sixteen hostile bodies at once (150 MB at the most), and a thousand
feeds at rest (64 MB). With --brief the bodies come mixed only, without it also each kind alone. Read from the kernel's account of the process. Give it a release build: an unoptimised one takes
more. Linux only; nothing but the standard library is needed.
"""

import gzip
import http.server
import pathlib
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

WIRE = 10_000_000 - 1_000  # the poller's cap on the wire; decoded twice as much
PATIENCE = 120  # seconds


def filled(head, unit, tail, size):
    """`unit` again and again between `head` and `tail`, `size` bytes long in all."""
    out, length, number = [head], len(head.encode()), 0
    while length < size - len(tail):
        piece = unit(number)
        out.append(piece)
        length += len(piece.encode())
        number += 1
    return ("".join(out) + tail).encode()


def hostile():
    """Bodies at the caps, each of another kind. Items repeat a handful of articles: what the desk keeps of articles
    has a bound of its own."""
    rss, end = '<rss version="2.0"><channel>', "</channel></rss>"
    item = lambda n: f"<item><guid>{n % 5}</guid><title>Title {n % 5}</title><!-- {n} --></item>"
    json = lambda n: f'{{"id":{n % 5},"title":"Title {n % 5}","x":{n}}},'
    text = rss + "<item><description>"
    plain = lambda body: (body, None)
    packed = lambda body: (gzip.compress(body, 1), "gzip")
    return {
        "items": plain(filled(rss, item, end, WIRE)),
        "items, packed": packed(filled(rss, item, end, 2 * WIRE)),
        "JSON": plain(filled('{"items":[', json, "{}]}", WIRE)),
        "JSON, packed": packed(filled('{"items":[', json, "{}]}", 2 * WIRE)),
        "one title": plain(filled(rss + "<item><title>", lambda n: f"word{n} ", "", WIRE)),
        "nested media": plain(filled(rss, lambda n: "<media:content>", "", WIRE)),
        "ampersands": plain(filled(rss, lambda n: "&", "", WIRE)),
        "one text, packed": packed(filled(text, lambda n: "\u00e4\u20ac", "", 2 * WIRE)),
        "no charset": plain(b"\xff" * WIRE),
        "a bomb": packed(b" " * 150_000_000),
    }


def serve(answer):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body, coding = answer(int(self.path[1:]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            if coding:
                self.send_header("Content-Encoding", coding)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                pass  # the poller has had enough of it

        def log_message(self, *_):
            pass

    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def run(binary, answer, feeds, interval, line, is_done):
    """Kilobytes in a line of the kernel's account once `is_done` says so of the output directory."""
    port = serve(answer)
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        lines = [
            '[store]\npath = "state/copytaster.db"\n[output]\ndir = "out"\n[poll]\ninterval_min = "1s"',
            f'backfill = "all"\nallow_private = ["127.0.0.1:{port}"]',
            'host_spacing = "0s"\nhost_in_flight = 16\nin_flight = 16',
        ]
        for n in range(feeds):
            lines.append(f'[[feed]]\nid = "f{n}"\nurl = "http://127.0.0.1:{port}/{n}"\ninterval = "{interval}"')
        (place / "copytaster.toml").write_text("\n".join(lines) + "\n")
        log = open(place / "log", "w+")
        daemon = subprocess.Popen([binary, "run"], cwd=place, stdout=log, stderr=log)
        try:
            until = time.monotonic() + PATIENCE
            while not is_done(place / "out"):
                if daemon.poll() is not None or time.monotonic() > until:
                    log.seek(0)
                    sys.exit("it never came to the end of its feeds\n" + log.read())
                time.sleep(0.2)
            status = pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
        finally:
            daemon.terminate()
            daemon.wait()
    return int(next(row for row in status.splitlines() if row.startswith(line)).split()[1])


def lines_with(out, stream, word):
    files = out.glob(f"{stream}-*.jsonl")
    return sum(line.count(word) > 0 for file in files for line in file.read_text().splitlines())


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    bodies = hostile()
    kinds = list(bodies.values())
    tests = [("all kinds", kinds)] + [(name, [body]) for name, body in bodies.items()]
    is_good = True
    for name, chosen in tests[:1] if "--brief" in sys.argv else tests:
        met = lambda out: lines_with(out, "health", "health.changed") >= 30
        peak = run(binary, lambda n: chosen[n % len(chosen)], 30, "1h", "VmHWM", met)
        is_good &= peak < 150_000
        print(f"{peak / 1000:6.0f} MB at the most, sixteen at once: {name}", flush=True)
    item = "<item><guid>{0}</guid><title>The lock {0} was painted green</title></item>"
    small = lambda n: (f'<rss version="2.0"><channel>{item.format(n)}</channel></rss>'.encode(), None)
    told = lambda out: lines_with(out, "articles", "article.new") >= 1_000
    rest = run(binary, small, 1_000, "5s", "VmRSS", told)
    print(f"{rest / 1000:6.0f} MB at rest with a thousand feeds", flush=True)
    if not is_good or rest >= 64_000:
        sys.exit("over its bound: 150 MB at the most, 64 MB at rest")


if __name__ == "__main__":
    main()
