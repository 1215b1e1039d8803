"""What the demo prints: steps, and a line that shows the live split of the traffic."""
import os
import re
import shutil
import sys
import textwrap

from load import quantile

BAR = 40    # characters, where there is room for it
TEXT = 66   # beside the bar
WIDEST = 110


def columns():
    return shutil.get_terminal_size((WIDEST, 24)).columns


class Screen:
    """On a terminal the line is drawn in place, in colour; elsewhere it is printed once a second."""

    def __init__(self):
        self.tty = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.colour = self.tty and "NO_COLOR" not in os.environ
        self.live = False  # the cursor stands behind a live line
        self.last_printed = 0.0

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    def say(self, text=""):
        self.end_line()
        print(text, flush=True)

    def step(self, text):
        self.say()
        self.say(self.paint("1", "==> " + text))

    def command(self, words):
        """As it can be typed: what is too long goes on below, with the next flag."""
        lines = ["  $ "]
        for part in re.split(r" (?=-)", words):
            if len(lines[-1] + part) + 3 > min(WIDEST, columns()) and lines[-1].strip("$ "):
                lines[-1] += "\\"
                lines.append(" " * 8)
            lines[-1] += part + " "
        for line in lines:
            self.say(self.paint("36", line.rstrip(" ")))

    def answer(self, text):
        for line in text.rstrip("\n").splitlines():
            for row in textwrap.wrap(line, min(WIDEST, columns()) - 4, subsequent_indent=" " * 10,
                                     break_long_words=False, break_on_hyphens=False) or [""]:
                self.say("    " + row)

    def end_line(self):
        """What is said next stands below the live line."""
        if self.live:
            self.live = False
            sys.stdout.write("\n")

    def show(self, results, seconds, now):
        """The results of the last `seconds`."""
        if not self.tty and now - self.last_printed < 0.99:
            return
        self.last_printed = now
        total = max(1, len(results))
        v2 = sum(r.version == "earth" for r in results)
        failed = sum(r.error is not None for r in results)
        width = max(8, min(BAR, columns() - TEXT))
        cells = round(width * v2 / total)
        bar = self.paint("34", "1" * (width - cells)) + self.paint("32", "2" * cells)
        success = f"{100 * (total - failed) / total:.1f} % ok" if results else "no answers"
        line = (f"  [{bar}] v1 {100 * (total - v2 - failed) / total:3.0f} % v2 {100 * v2 / total:3.0f} % "
                f"{len(results) / seconds:4.0f} req/s {success} p99 {quantile(results, 0.99):.1f} ms")
        if self.tty:
            sys.stdout.write("\r\033[K" + line)
            sys.stdout.flush()
            self.live = True
        else:
            print(line, flush=True)
