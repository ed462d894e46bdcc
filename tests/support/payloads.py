"""Texts that strangers try: markup, templates, statements and paths of which none may have effect.

Each set is as large as its bar in tests/support/bars.py says.
"""

import itertools

PRODUCT = "9801547"
"""What the sums within the texts come to: it stands nowhere unless somebody has worked one out."""

_RUN = ("alert(1)", "confirm(1)", "prompt(1)")
_MARKUP = (
    "<script>{run}</script>",
    "</title><script>{run}</script>",
    "</style><script>{run}</script>",
    "</textarea><script>{run}</script>",
    "--><script>{run}</script>",
    "]]><script>{run}</script>",
    '"><script>{run}</script>',
    "'><script>{run}</script>",
    "<ScRiPt>{run}</sCrIpT>",
    "<script src=data:,{run}></script>",
    "<img src=x onerror={run}>",
    '"><img src=x onerror={run}>',
    "<svg onload={run}>",
    "<svg><script>{run}</script></svg>",
    "<svg><animate onbegin={run} attributeName=x dur=1s>",
    "<body onload={run}>",
    "<details open ontoggle={run}>x</details>",
    "<input autofocus onfocus={run}>",
    "<iframe src=javascript:{run}></iframe>",
    "<iframe srcdoc='<script>{run}</script>'></iframe>",
    "<object data=javascript:{run}></object>",
    "<embed src=javascript:{run}>",
    "<a href=javascript:{run}>x</a>",
    "<form action=javascript:{run}><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=javascript:{run}'>",
    "<base href=javascript:{run}//>",
    "<link rel=stylesheet href=data:,*{{}}>{run}",
    "<video><source onerror={run}></video>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror={run}>",
    "<noscript><p title='</noscript><img src=x onerror={run}>'>",
    '" onmouseover={run} x="',
    "' autofocus onfocus={run} x='",
    "\x00<scr\x00ipt>{run}</scr\x00ipt>",
    "\u202e<script>{run}</script>\u2066",
)
_WORKED_OUT = (
    "{{1337*7331}}",
    "{{ 1337*7331 }}",
    "{%print(1337*7331)%}",
    "{#1337*7331#}",
    "${1337*7331}",
    "#{1337*7331}",
    "*{1337*7331}",
    "@(1337*7331)",
    "<%= 1337*7331 %>",
    "{{=1337*7331}}",
    "[[${1337*7331}]]",
    "{php}echo 1337*7331;{/php}",
    "{{config}}{{1337*7331}}",
    "{{self.__init__.__globals__}}{{1337*7331}}",
    "{{''.__class__.__mro__[1].__subclasses__()}}{{1337*7331}}",
    "{{cycler.__init__.__globals__.os.popen('id').read()}}{{1337*7331}}",
    "$(expr 1337 \\* 7331)",
    "`expr 1337 \\* 7331`",
    "%n%s%x%(asctime)s {0.__class__} {rows}",
    "=1337*7331",
)

PAGE_PAYLOADS = (
    *(form.format(run=run) for form, run in itertools.product(_MARKUP, _RUN)),
    *_WORKED_OUT,
)
"""Texts that run, load or are worked out where a page, a template or a cell takes them at word."""

_QUOTES = ("'", '"', "`", "')", "';", "%27", "\\'", "''", "'))", "\x00'")
_STATEMENTS = (
    " OR '1'='1",
    " OR 1=1 --",
    "; DROP TABLE run; --",
    "; DELETE FROM chunk; --",
    "; UPDATE run SET campaign = 'x'; --",
    " UNION SELECT sql FROM sqlite_schema --",
    "; ATTACH DATABASE '/tmp/koosend-evil' AS evil; --",
    "; PRAGMA writable_schema = ON; --",
    "; PRAGMA user_version = 99; --",
    " || load_extension('evil') || '",
    " AND randomblob(1000000000) --",
    ") VALUES (1); --",
    "/**/OR/**/1=1/*",
    "; INSERT INTO suppressed VALUES ('13800138000'); --",
    " LIKE '%' ESCAPE '\\",
    "; BEGIN EXCLUSIVE; --",
    "; VACUUM INTO '/tmp/koosend-evil'; --",
    "?1",
    ":phone",
    "@at $run",
)

SQL_PAYLOADS = tuple(f"x{quote}{rest}" for quote, rest in itertools.product(_QUOTES, _STATEMENTS))
"""Two hundred texts that end a statement and begin another, where one is put together of texts."""

_UP = ("../", "..\\", "..%2f", "%2e%2e/", "....//", "/", "~/", "./../", "..;/", "\u002e\u2024/")
_WHERE = (
    "etc/passwd",
    "ledger",
    "../../etc/shadow",
    "runs/abcd1234",
    "abcd1234",
    "abcd1234/../../x",
    ".ssh/id_rsa",
    "proc/self/environ",
    "abcd1234\x00",
    "abcd123\n",
)

TRAVERSALS = tuple(up + where for up, where in itertools.product(_UP, _WHERE))
"""A hundred names that lead out of a folder, where a name becomes a part of a path."""
