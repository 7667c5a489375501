"""Who may enter: the token, and the pages from elsewhere."""

import argparse

from chatbridge_gui.bridge import access
from chatbridge_gui.cli.origins import no_origin, origin_of
from chatbridge_gui.cli.terminal import fail, out, say
from chatbridge_gui.settings import SettingsError, load, load_token, save


def token(options: argparse.Namespace) -> int:
    """Print the token, which is made on first need."""
    try:
        value = None if options.renew else load_token()
        out(f"{value or access.make_token()}\n")
    except SettingsError as error:
        return fail(error)
    if options.renew:
        say("The old token is no longer valid; a server that runs takes the new one when it is started again.")
    return 0


def allow_origin(options: argparse.Namespace) -> int:
    """Change, or without an origin show, which pages from elsewhere may connect."""
    try:
        settings = load()
        if options.origin is None:
            out(("\n".join(settings.allowed_origins) or "No page from elsewhere is allowed.") + "\n")
            return 0
        origin = origin_of(options.origin)
        if origin is None:
            return no_origin(options.origin)
        known = [origin_of(allowed) for allowed in settings.allowed_origins]
        if options.remove:
            if origin not in known:
                return fail(f"{origin} is not on the list, so it was not allowed anyway.")
            kept = [allowed for allowed in settings.allowed_origins if origin_of(allowed) != origin]
        else:
            kept = settings.allowed_origins if origin in known else [*settings.allowed_origins, origin]
        settings.allowed_origins = kept
        save(settings)
    except SettingsError as error:
        return fail(error)
    change = "no longer allowed" if options.remove else "allowed"
    out(f"Pages of {origin} are {change} from the server's next start on.\n")
    return 0
