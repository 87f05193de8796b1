"""Brings CKAN's database and its search index up to date, and makes the system administrator. Run by CKAN's own Python, as its user.

    initialize.py NAME EMAIL elsewhere|look|anew < SECRETS

The index is built anew where it must be, or whatever it is (anew); one that is not the stack's is left alone (elsewhere).
SECRETS is JSON with `password` and `token_id`, the identifier in the API token that the stack gives out. The token's row is
what tells whether this stack has made the administrator: then a password that was changed since is left alone.
Each line on standard output is a change.
"""

import contextlib
import json
import os
import sys

ini = os.environ["CKAN_INI"]
name, email, index = sys.argv[1:]
secrets = json.load(sys.stdin)

from ckan.cli.cli import ckan  # noqa: E402

# CKAN prints what it does whether it does something or not: that goes to the log.
with contextlib.redirect_stdout(sys.stderr):
    context = ckan.make_context("ckan", ["-c", ini, "db", "upgrade"])
    with context:
        ckan.invoke(context)

from ckan import logic, model  # noqa: E402


def make_user() -> model.User:
    site_user = logic.get_action("get_site_user")({"ignore_auth": True}, {})
    with context.meta["flask_app"].test_request_context():
        logic.get_action("user_create")(
            {"ignore_auth": True, "user": site_user["name"]},
            {"name": name, "email": email, "password": secrets["password"]},
        )
    print(f"made the user {name}")
    return model.User.by_name(name)


user = model.User.by_name(name)
known = model.ApiToken.get(secrets["token_id"]) is not None
if user is None:
    user = make_user()
elif not known and not user.validate_password(secrets["password"]):
    user.password = secrets["password"]
    print(f"set the password of {name}")
if user.state != model.State.ACTIVE:
    sys.exit(f"the user {name} has been deleted in CKAN: bring it back, or give the administrator another name")
if not user.sysadmin:
    user.sysadmin = True
    print(f"{name} is a system administrator")
if not known:
    token = model.ApiToken(user_id=user.id, name="science-stacks")
    token.id = secrets["token_id"]
    model.Session.add(token)
    print(f"made an API token of {name}")
model.Session.add(user)
model.repo.commit_and_remove()

if index != "elsewhere":
    import search_index

    if index == "anew" or search_index.is_stale():
        if not search_index.LOOKING:
            with context.meta["flask_app"].test_request_context(), contextlib.redirect_stdout(sys.stderr):
                search_index.build()
        print("built the search index anew")
