"""Prints, for each Python file below the folders named, what CPython's own parser sees in it: one JSON line per file.

Files that are not UTF-8, or that this Python cannot parse, are left out.
"""

import ast
import json
import os
import sys
import warnings

OPTIONAL = (ast.If, ast.Try, ast.For, ast.AsyncFor, ast.While, ast.Match) + (
    (ast.TryStar,) if hasattr(ast, "TryStar") else ()
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Reader:
    def __init__(self):
        self.imports, self.names, self.async_defs, self.stars = [], set(), set(), set()

    def read(self, tree):
        # A stack, not recursion: some files nest deeper than Python's stack allows.
        stack = [(node, False, True) for node in reversed(tree.body)]
        while stack:
            node, optional, of_module = stack.pop()
            self.note(node, optional, of_module)
            stack.extend(reversed(list(self.children(node, optional, of_module))))

    def note(self, node, optional, of_module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imports.append([alias.name, [], 0, node.lineno, optional])
                self.bind(alias.asname or alias.name.split(".")[0], of_module)
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            self.imports.append([node.module or "", names, node.level, node.lineno, optional])
            for alias in node.names:
                if alias.name != "*":
                    self.bind(alias.asname or alias.name, of_module)
                elif of_module:
                    self.stars.add("." * node.level + (node.module or ""))
        elif isinstance(node, FUNCTIONS + (ast.ClassDef,)):
            self.bind(node.name, of_module)
            if isinstance(node, ast.AsyncFunctionDef) and of_module:
                self.async_defs.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            self.bind(node.id, of_module)
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)):
            self.bind(node.name, of_module)
        elif isinstance(node, ast.MatchMapping):
            self.bind(node.rest, of_module)

    def bind(self, name, of_module):
        if name and of_module:
            self.names.add(name)

    def children(self, node, optional, of_module):
        """The children of a node, each with whether it is optional and binds names of the module."""
        if isinstance(node, ast.AnnAssign) and node.value is None and isinstance(node.target, ast.Name):
            yield node.annotation, optional, of_module
            return
        for field, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if not isinstance(child, ast.AST):
                    continue
                of_child, optional_child = of_module, optional
                if isinstance(node, FUNCTIONS + (ast.ClassDef, ast.Lambda)) and field == "body":
                    of_child = False
                    optional_child = optional or not isinstance(node, ast.ClassDef)
                # The variables of a comprehension are its own; names bound by := in it are not.
                if isinstance(node, ast.comprehension) and field == "target":
                    of_child = False
                if isinstance(node, OPTIONAL):
                    optional_child = True
                if isinstance(node, (ast.With, ast.AsyncWith)) and field == "body":
                    optional_child = optional or any(names_suppress(item) for item in node.items)
                yield child, optional_child, of_child


def names_suppress(item):
    return any(
        getattr(node, "id", None) == "suppress" or getattr(node, "attr", None) == "suppress" for node in ast.walk(item)
    )


def main():
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(20_000)
    for folder in sys.argv[1:]:
        for parent, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if name not in ("site-packages", "__pycache__"))
            for path in (os.path.join(parent, name) for name in sorted(files) if name.endswith(".py")):
                with open(path, "rb") as file:
                    source = file.read()
                try:
                    source.decode("utf-8")
                    tree = ast.parse(source)
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    continue
                reader = Reader()
                reader.read(tree)
                names = sorted(reader.names), sorted(reader.async_defs), sorted(reader.stars)
                print(json.dumps([path, reader.imports, *names], ensure_ascii=True))


main()
