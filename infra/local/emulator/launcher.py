"""Starts MiniStack with the changes Lake Onramp needs, and refuses to start on any other version.

MiniStack is imported, not copied: each change replaces one function by name, and only if the pinned version is
installed and that function still takes the arguments it took when the change was written.

Environment (set by emulator.ts): GATEWAY_PORT, BIND_HOST, TMPDIR and SFN_WAIT_SCALE are MiniStack's own; LAKE_URL is
the lake in front of it (without one, functions get MiniStack's credentials: their account's root). A lake started
later is named with `POST /_ministack/config {"onramp.lakeUrl": …}`. END_WITH_STDIN: end, with the whole process group,
when standard input closes.
"""

import importlib.metadata
import inspect
import json
import os
import shutil
import signal
import sys
import threading

PINNED_VERSION = "1.5.33"


def fail(message):
    print(f"launcher: {message}", file=sys.stderr, flush=True)
    raise SystemExit(78)


def require_pinned_version():
    installed = importlib.metadata.version("ministack")
    if installed != PINNED_VERSION:
        fail(
            f"ministack {installed} is installed, but the launcher's changes were written for {PINNED_VERSION}. "
            f"Delete .local/venv and start again, or check each change against {installed} and move the pin."
        )


def replace(owner, name, expected_parameters, replacement):
    """Puts `replacement(original)` in the place of `owner.name`, if it still looks as it did."""
    original = getattr(owner, name, None)
    if not callable(original):
        fail(f"{owner.__name__}.{name} is gone from ministack {PINNED_VERSION}")
    parameters = list(inspect.signature(original).parameters)
    if parameters != expected_parameters:
        fail(f"{owner.__name__}.{name} takes {parameters}, expected {expected_parameters}")
    setattr(owner, name, replacement(original))


def exit_with_parent():
    """The parent holds our standard input open; when it dies, however it dies, so do we and our Lambda workers."""

    def watch():
        while sys.stdin.buffer.read(4096):
            pass
        if os.path.basename(os.environ.get("TMPDIR", "")).startswith("onramp-emulator-"):
            shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def lake_can_change(app):
    def replacement(original):
        async def configure(path, method, body):
            wanted = json.loads(body or b"{}") if path == "/_ministack/config" and method == "POST" else {}
            lake_url = wanted.get("onramp.lakeUrl")
            if lake_url is None:
                return await original(path, method, body)
            name_lake(lake_url)
            answer = json.dumps({"applied": {"onramp.lakeUrl": lake_url}}).encode()
            return 200, {"Content-Type": "application/json"}, answer

        return configure

    replace(app, "_handle_admin_config_request", ["path", "method", "body"], replacement)


def name_lake(lake_url):
    os.environ["LAKE_URL"] = lake_url
    os.environ["AWS_ENDPOINT_URL"] = lake_url  # functions inherit it


def main():
    require_pinned_version()
    import eventbridge_patches
    import lambda_patches
    import stepfunctions_patches

    if os.environ.get("END_WITH_STDIN"):
        exit_with_parent()
    eventbridge_patches.apply(replace)
    lambda_patches.apply(replace, fail)
    stepfunctions_patches.apply(replace)
    if os.environ.get("LAKE_URL"):
        name_lake(os.environ["LAKE_URL"])

    from ministack import app

    lake_can_change(app)

    sys.argv = sys.argv[:1]  # MiniStack parses arguments of its own
    app.main()


if __name__ == "__main__":
    main()
