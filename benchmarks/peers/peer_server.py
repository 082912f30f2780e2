"""The Python side of serve.hpp: cases offered to the driver, one command a line.

A peer registers `make` functions by name; make() returns a run() without arguments, ready and on its own random data.
"""
import math
import os
import sys
import time


def seconds_of(run, count=1):
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count


class PeerServer:
    def __init__(self, version):
        self.version = version
        self.cases = {}  # name -> (make, note)
        self.warm = {}   # name -> (run, count)
        # Libraries print where they like; only answers may reach the pipe.
        self.answers = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)

    def add(self, name, make, note=lambda: ""):
        self.cases[name] = (make, note)

    def open(self, name, seconds):
        run, count = self.cases[name][0](), 1
        if seconds_of(run) < 1:  # the first: memory, code generation
            count = max(1, math.ceil(float(seconds) / max(seconds_of(run), 1e-9)))
        self.warm[name] = run, count
        return "ok"

    def run(self, name):
        return seconds_of(*self.warm[name])

    def answer(self, command, *words):
        if command == "version":
            return self.version
        if command == "list":
            return " ".join(self.cases)
        if command == "open":
            return self.open(*words)
        if command == "run":
            return self.run(*words)
        if command == "close":
            return len(self.warm.pop(words[0], ()))
        if command == "note":
            return self.cases[words[0]][1]()
        if command == "peak":
            with open("/proc/self/status") as status:
                return next(line.split()[1] for line in status if line.startswith("VmHWM:"))
        return f"error unknown command {command}"

    def serve(self):
        for line in sys.stdin:
            words = line.split()
            if words == ["quit"]:
                break
            try:
                answer = self.answer(*words)
            except Exception as error:  # the driver says which case failed and goes on
                answer = "error " + " ".join(str(error).split())
            print(answer, file=self.answers, flush=True)
