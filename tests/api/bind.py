"""Answers for each call of a JSON list `[callee, arguments]` whether its arguments bind, and whether it can be made."""

import asyncio
import inspect
import itertools
import json
import sys
import warnings

warnings.simplefilter("ignore")
module, calls = sys.argv[1:3]
namespace = {}
exec(compile(open(module).read(), module, "exec"), namespace)
namespace["capture"] = lambda *args, **kwargs: (args, kwargs)

NAMES = ["a", "_a", "b", "c", "d", "e", "f", "g", "self", "given", "shared", "plain", "extra", "unknown", "x"]


def binds(signature, args, kwargs):
    try:
        signature.bind(*args, **kwargs)
        return True
    except TypeError:
        return False


def made(callee, args, kwargs):
    """Bodies do nothing, so that the only fault of a call can be its arguments."""
    try:
        result = callee(*args, **kwargs)
        if inspect.iscoroutine(result):
            result.close()
        return True
    except (TypeError, ValueError):
        return False


def contents(callee, text):
    """What `*more` and `**others` may hold, as far as it can matter."""
    more = range(6) if "*more" in text.replace("**", "") else [0]
    names = [()]
    if "**others" in text:
        try:
            known = [name for name in inspect.signature(callee).parameters if name not in ("args", "kwargs")]
        except ValueError:
            known = NAMES
        names = itertools.chain.from_iterable(itertools.combinations(known, n) for n in range(len(known) + 1))
    return itertools.product(more, list(names))


answers = []
for callee_text, text in json.load(open(calls)):
    callee = eval(callee_text, namespace)
    signature = inspect.signature(callee)
    bound = called = False
    for count, names in contents(callee, text):
        scope = {"more": [1] * count, "others": {name: 1 for name in names}}
        try:
            args, kwargs = eval(f"capture({text})", namespace, scope)
        except TypeError:
            continue
        bound = bound or binds(signature, args, kwargs)
        called = called or made(callee, args, kwargs)
    answers.append([bound, called])
json.dump(answers, sys.stdout)
