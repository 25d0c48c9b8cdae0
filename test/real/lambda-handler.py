"""Finds handlers as Lambda does, with AWS's own client. Reads [[folder, handler], ...] on stdin, writes one answer each.

Arguments: the folder of awslambdaric, and a folder of what else the runtime brings. As in the runtime, the client is
loaded before the function's folder gets onto the path. An answer is null, or Lambda's words.
"""

import json
import os
import sys

sys.path[:0] = sys.argv[1:2]
sys.path.append(sys.argv[2])
from awslambdaric.bootstrap import _get_handler  # noqa: E402
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller  # noqa: E402


def answer(folder, handler):
    import site

    sys.path.insert(0, folder)
    site.addsitedir(folder)
    try:
        found = _get_handler(handler)
        if callable(found):
            LambdaMarshaller().marshal_response(found({}, None))
        return None
    except BaseException as error:
        return getattr(error, "msg", None) or "%s: %s" % (type(error).__name__, error)


answers = []
for folder, handler in json.load(sys.stdin):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        with os.fdopen(writing, "w") as pipe:
            pipe.write(json.dumps(answer(folder, handler)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    status = os.waitpid(child, 0)[1]
    answers.append(json.loads(text) if status == 0 else "ended with status %d" % status)
json.dump(answers, sys.stdout)
