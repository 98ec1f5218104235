"""One small engine for each role, real enough to be heard or seen, with which a new plugin of that role begins.

They use the studio's core, the standard library, and at most numpy and PyAV: what a plugin may count on.
"""
