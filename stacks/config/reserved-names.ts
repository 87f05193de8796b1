/** Names that no instance may have, each group with what its names would be taken for. */
const RESERVED: readonly { readonly what: string; readonly names: string }[] = [
    {
        what: "a word of the Python language",
        names: `
            and as assert async await break class continue def del elif else except finally for from global if
            import in is lambda nonlocal not or pass raise return try while with yield`,
    },
    {
        what: "a module of Python's standard library, which the instance's own package would hide",
        names: `
            abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii
            bisect builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys
            compileall concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses
            dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno
            faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass
            gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect
            io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math
            mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers
            opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib
            poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue
            quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex
            shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants
            sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable sys sysconfig syslog
            tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit tkinter token tokenize
            tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu
            uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile
            zipimport zlib zoneinfo`,
    },
    {
        what: "a Python package that EOxServer needs, which the instance's own package would hide",
        names: `
            asgiref backports certifi charset_normalizer contourpy cycler dateutil django django_prometheus
            eoxserver fonttools gdal gunicorn idna isodate jsonfield keystoneauth1 keystoneclient kiwisolver lxml
            mapscript matplotlib mod_wsgi model_utils numpy ogr osgeo osr owslib packaging pil pip pkg_resources ply
            prometheus_client psycopg psycopg2 pycql pyows pyparsing pytz requests setuptools six sqlparse
            swiftclient urllib3 wheel zipstream`,
    },
    {
        what: "a path that Apache, Django or EOxServer serves itself",
        names: `
            accounts admin cgi_bin client icons javascript manual metrics oauth openidc opensearch ows server_info
            server_status static wms wcs`,
    },
    {
        what: "a file or directory of EOxServer's own",
        names: `
            autotest backup bin conf current data default eodata etc include lib lib64 log logs manage management
            media migrations models pyvenv releases run settings share shared templates templatetags tests tmp urls
            var venv views wsgi`,
    },
];

const REASONS = new Map(
    RESERVED.flatMap(({ what, names }) =>
        names
            .trim()
            .split(/\s+/)
            .map((name) => [name, what] as const),
    ),
);

/** @returns what the name is taken for already; undefined for a name that an instance may have. */
export const reservedAs = (name: string): string | undefined => REASONS.get(name);
