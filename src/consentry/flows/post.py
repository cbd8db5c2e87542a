"""Words and links that somebody posts, before anybody else sees them.

1. Only what reads words looks at them: a post has no picture, so whatever looks at pictures is
   said to have found none.
2. The rules for uploads decide, and the decision is written down: never the words or the links.
3. The platform is told: show it, hold it, or refuse it.
"""

from __future__ import annotations

from collections.abc import Collection

from consentry.core.content import Post
from consentry.core.finding import Finding, Seen
from consentry.flows.judge import Judge, Judged

VERSION = "post 1"
"""What is said about measures that a post without a picture cannot have."""


def screen_post(post: Post, *, judge: Judge, pictures: Collection[str]) -> Judged:
    """Judge `post`; `pictures` are the measures that only a picture could have."""
    absent: dict[str, Finding] = {
        name: Seen(name, 0.0, "words and links, no picture", VERSION) for name in sorted(pictures)
    }
    context = {
        "account": post.account.id,
        "tier": post.account.tier,
        "place": post.place,
        "platform": post.platform,
        "item": post.item,
        "links": len(post.links),
    }
    return judge(post, known=absent, place=post.place, context=context)
