"""What the bench prints, and the bars that it holds Heddle's figures against."""

COLUMNS = [("rps", "req/s", "{:10.0f}"), ("cpu_us_per_req", "CPU us", "{:8.2f}"),
           ("user_us_per_req", "user", "{:7.2f}"), ("sys_us_per_req", "sys", "{:8.2f}"), ("instructions_per_req", "instr", "{:8.0f}"),
           ("syscalls_per_req", "syscalls", "{:9.2f}"), ("p50_us", "p50 us", "{:8.0f}"), ("p99_us", "p99 us", "{:8.0f}"),
           ("p999_us", "p99.9 us", "{:9.0f}"), ("rss_kb", "RSS kB", "{:8.0f}"), ("peer_busy", "peer", "{:6.2f}")]


def width(pattern):
    return int(pattern[2:].split(".")[0])


HEADING = f"{'case':24}{'proxy':9}" + "".join(f"{title:>{width(pattern)}}" for _, title, pattern in COLUMNS)

# case -> most of HAProxy's and nginx's CPU time a request
CPU_BARS = {"get-100B-c32": 0.80, "get-100B-c128": 0.80, "get-10kB-c32": 0.85, "get-1MB-c8": 1.0}
USER_BAR = 3.0  # us
ROUTES_BAR = 1.05
WORKERS_BAR = 1.10
IDLE_BAR_KB = 16 * 1024
CONNECTION_BAR_KB = 8


def row_text(row):
    cells = (f"{'-':>{width(pattern)}}" if row.get(key) is None else pattern.format(row[key]) for key, _, pattern in COLUMNS)
    return f"{row['case']:24}{row['proxy']:9}" + "".join(cells)


def idle_text(rows, proxy):
    return f"{proxy:9}" + "".join(f"  {row['case']} {row['rss_kb']} kB" for row in rows
                                  if row["proxy"] == proxy and row["case"].startswith("idle"))


def bars(rows):
    """Every bar whose figures were measured: what, value, the most that it may be, and whether it is met."""
    found = {(row["case"], row["proxy"]): row for row in rows}
    result = []

    def bar(what, value, most):
        result.append({"what": what, "value": round(value, 3), "most": most, "met": value <= most})

    def compare(what, case, key, proxy, most, to=None):
        ours, theirs = found.get((case, "heddle")), found.get((to or case, proxy))
        if ours and theirs and ours.get(key) is not None and theirs.get(key):
            bar(what, ours[key] / theirs[key], most)

    for case, most in CPU_BARS.items():
        for proxy in ("haproxy", "nginx"):
            compare(f"CPU time a request, {case}, to {proxy}'s", case, "cpu_us_per_req", proxy, most)
    for case in ("get-100B-c32", "get-100B-c128"):
        if (case, "heddle") in found:
            bar(f"user us a request, {case}", found[case, "heddle"]["user_us_per_req"], USER_BAR)
    for case in CPU_BARS:
        compare(f"system calls a request, {case}, to haproxy's", case, "syscalls_per_req", "haproxy", 1.0)
        compare(f"p99 at half the slowest's rate, {case}, to haproxy's", case, "p99_us", "haproxy", 1.0)
    compare("CPU time a request, 500 routes to one", "get-100B-c32-500routes", "cpu_us_per_req", "heddle", ROUTES_BAR,
            to="get-100B-c32")
    compare("CPU time a request, two workers to one", "get-100B-c32-2workers", "cpu_us_per_req", "heddle", WORKERS_BAR,
            to="get-100B-c32")
    idle = found.get(("idle", "heddle"))
    if idle:
        bar("resident kB, idle", idle["rss_kb"], IDLE_BAR_KB)
        for (case, proxy), row in found.items():
            if proxy == "heddle" and case.startswith("idle-"):
                held = int(case[len("idle-"):])
                bar(f"resident kB more for each of {held} idle connections", (row["rss_kb"] - idle["rss_kb"]) / held,
                    CONNECTION_BAR_KB)
    return result


def bars_text(results):
    lines = ["", f"{'Heddle against the bar':70}{'is':>10}{'at most':>10}"]
    for bar in results:
        lines.append(f"{bar['what']:70}{bar['value']:10.2f}{bar['most']:10.2f}  {'met' if bar['met'] else 'MISSED'}")
    return "\n".join(lines)
