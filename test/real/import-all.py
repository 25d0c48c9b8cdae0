"""Imports modules from one folder. Reads {"distribution": ["module", ...]} on stdin, writes {"module": "what went wrong"}.

Each distribution's modules are imported in a process of their own, so that none profits from what another loaded.
"""

import json
import os
import sys
import traceback
import warnings

folder = sys.argv[1]
sys.path.insert(0, folder)
warnings.simplefilter("ignore")


def import_all(modules):
    import importlib

    problems = {}
    for module in modules:
        try:
            imported = importlib.import_module(module)
            origin = getattr(imported, "__file__", None) or ""
            if not origin.startswith(folder + os.sep):
                problems[module] = "comes from " + (origin or "nowhere")
        except BaseException as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            problems[module] = "%s: %s (%s:%d)" % (type(error).__name__, error, last.filename, last.lineno)
    return problems


problems = {}
for distribution, modules in sorted(json.load(sys.stdin).items()):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        # What a module prints is not the answer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        answer = json.dumps(import_all(modules)).encode()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    status = os.waitpid(child, 0)[1]
    problems.update(json.loads(answer) if status == 0 else {distribution: "ended with status %d" % status})
json.dump(problems, sys.stdout)
