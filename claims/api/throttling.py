"""How often one address may ask: counted in one small file that all processes share.

A cache would do as well where it can count; of Django's, only those with a server of their own can
without losing some between two processes, and the site needs none. So: a table of counters, one
slot an address, each with the moment when its minute began. Two addresses that fall on one slot
take it from each other, which lets one through now and then and stops nobody.

Read and written, not mapped: where the disk is full, the first touch of a mapped page kills the
process. Nobody is counted then, and everybody is answered.
"""

import fcntl
import hashlib
import ipaddress
import os
import struct
import threading
import time

from django.conf import settings
from rest_framework.throttling import BaseThrottle

WINDOW = 60
SLOTS = 1 << 16
SLOT = struct.Struct("<QdI")  # whose it is, when its window began, how many came since


class Counters:
    """`hit` counts one and says how many came in this window, and when the window ends."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()  # a file's lock is the process's, not the thread's
        self.file = None

    def hit(self, name, now):
        digest = hashlib.blake2b(name.encode(), key=settings.SECRET_KEY.encode()[:64]).digest()
        owner = int.from_bytes(digest[:8], "little")
        place = int.from_bytes(digest[8:12], "little") % SLOTS * SLOT.size
        try:
            with self.lock:
                return self._count(owner, place, now)
        except OSError:  # /readyz tells of the disk
            return 1, now + WINDOW

    def _count(self, owner, place, now):
        if self.file is None:
            # In each process anew: what was opened before a fork would share its locks.
            self.file = os.open(self.path, os.O_RDWR | os.O_CREAT, mode=0o600)
        fcntl.lockf(self.file, fcntl.LOCK_EX, SLOT.size, place)
        try:
            found = os.pread(self.file, SLOT.size, place).ljust(SLOT.size, b"\0")
            known, began, count = SLOT.unpack(found)
            if known != owner or not began <= now < began + WINDOW:
                began, count = now, 0
            count = min(count + 1, 2**32 - 1)
            os.pwrite(self.file, SLOT.pack(owner, began, count), place)
        finally:
            fcntl.lockf(self.file, fcntl.LOCK_UN, SLOT.size, place)
        return count, began + WINDOW


counters = Counters(settings.VAR / "throttle")


class Throttle(BaseThrottle):
    """So many requests a minute; a subclass says of whom, and how many."""

    policy = ""

    def limit(self):
        raise NotImplementedError

    def whose(self, request):
        raise NotImplementedError

    def allow_request(self, request, view):
        limit = self.limit()
        if not limit:
            return True
        now = time.time()
        count, ends = counters.hit(self.whose(request), now)
        self.left = max(1, -int(-(ends - now) // 1))  # whole seconds, rounded up
        request.limits = {
            "RateLimit-Policy": f'"{self.policy}";q={limit};w={WINDOW}',
            "RateLimit": f'"{self.policy}";r={max(0, limit - count)};t={self.left}',
        }
        return count <= limit

    def wait(self):
        return self.left


class AddressThrottle(Throttle):
    """So many requests a minute from one address; of IPv6, from one network of a subscriber."""

    policy = "address"

    def limit(self):
        return settings.API_REQUESTS_PER_MINUTE

    def whose(self, request):
        return network(self.get_ident(request))


def network(ident):
    try:
        address = ipaddress.ip_address(ident)
    except ValueError:
        return ident
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
