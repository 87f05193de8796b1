"""The search index: whether it is one of this database and of CKAN's schema, and one that is, where it is not.

The index and the database have the same mark, another one each time that the index is built: an index that is empty, of
another database, or of another schema has not. It is in neither a backup nor a file, so that it is where the index is, on whichever machine.
"""

import os
import sys
import uuid
from hashlib import sha256
from pathlib import Path

import ckan
from ckan import model
from ckan.common import config
from ckan.lib.search import commit, rebuild
from ckan.lib.search.common import make_connection
from ckan.model.system_info import get_system_info, set_system_info
from pysolr import Solr, SolrError

#: The document with the mark. CKAN asks for those of its own site, and takes away no others.
DOCUMENT = "science-stacks"
#: The row of the database.
KEY = "science_stacks.search_index"
LOOKING = bool(os.environ.get("STEP_LOOKS"))


def is_stale() -> bool:
    """Whether the index has to be built anew. Ends the program where Solr cannot be asked."""
    try:
        found = [each["id"] for each in make_connection().search(f'index_id:"{DOCUMENT}"', fl="id")]
    except SolrError as error:
        # For who only looks, too: once Solr is mended, it is to be asked.
        sys.exit(f"Solr does not answer as it should: {error}")
    return found != [get_system_info(KEY)] or not found[0].startswith(schema())


def build() -> None:
    """Searches are answered meanwhile."""
    connection = make_connection()
    rebuild(defer_commit=True, quiet=True)
    take_away_others(connection)
    commit()
    mark = f"{schema()}-{uuid.uuid4()}"
    connection.add([{"index_id": DOCUMENT, "id": mark, "site_id": DOCUMENT}], commit=True)
    set_system_info(KEY, mark)


def take_away_others(connection: Solr) -> None:
    """The datasets that the index of before had, and the database has not."""
    ours = {"q": "*:*", "fq": f'site_id:"{config["ckan.site_id"]}"'}
    known = {row[0] for row in model.Session.query(model.Package.id)}
    found = connection.search(**ours, fl="id,index_id", rows=connection.search(**ours, rows=0).hits)
    others = [each["index_id"] for each in found if each["id"] not in known]
    if others:
        connection.delete(id=others, commit=False)


def schema() -> str:
    """A short mark of CKAN's own schema, which Solr is given."""
    path = Path(ckan.__file__).parent / "config/solr/schema.xml"
    return sha256(path.read_bytes()).hexdigest()[:16]
