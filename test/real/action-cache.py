"""A cache that understands what it keeps, with the messages of Bazel's Remote Execution API as Google's Protocol Buffers read and write them.

It does what bazel-remote does with its validation: a blob must have the hash that it is put under, an ActionResult must be one, is written anew
with the name of the worker that made it, and is there only while all that it points to is. Prints its port.
"""

import hashlib
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from buildgrid._protos.build.bazel.remote.execution.v2.remote_execution_pb2 import ActionResult
from google.protobuf.message import DecodeError

EMPTY = hashlib.sha256(b"").hexdigest()
KEPT = {"ac": {}, "cas": {EMPTY: b""}}


def complaint(result):
    for file in result.output_files:
        if not file.path or file.path.startswith("/"):
            return f"path {file.path!r}"
        if not re.fullmatch("[0-9a-f]{64}", file.digest.hash) or file.digest.size_bytes < 0:
            return f"digest of {file.path}"
        if file.contents and hashlib.sha256(file.contents).hexdigest() != file.digest.hash:
            return f"contents of {file.path}"
        if file.contents and len(file.contents) != file.digest.size_bytes:
            return f"size of {file.path}"
    if len({file.path for file in result.output_files}) != len(result.output_files):
        return "a path that is there twice"
    return None


def is_whole(body):
    files = ActionResult.FromString(body).output_files
    return all(file.contents or file.digest.hash in KEPT["cas"] for file in files)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def place(self):
        match = re.fullmatch(r"(?:/.*)?/(ac|cas)/([0-9a-f]{64})", self.path)
        return match.groups() if match else (None, None)

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        folder, key = self.place()
        body = KEPT[folder].get(key) if folder else None
        if body is None or (folder == "ac" and not is_whole(body)):
            return self.answer(404, b"Not found")
        self.answer(200, body)

    do_HEAD = do_GET

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        folder, key = self.place()
        if folder == "cas" and hashlib.sha256(body).hexdigest() != key:
            return self.answer(400, b"another hash")
        if folder == "ac":
            try:
                result = ActionResult.FromString(body)
            except DecodeError as error:
                return self.answer(400, str(error).encode())
            wrong = complaint(result)
            if wrong:
                return self.answer(400, wrong.encode())
            result.execution_metadata.worker = self.client_address[0]
            body = result.SerializeToString()
        if folder is None:
            return self.answer(400, b"another path")
        KEPT[folder][key] = body
        self.answer(200)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
