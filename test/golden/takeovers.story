88 packets from 21:01:12.518 for 38.617 s: 33 adverts of 1 virtual router, 40 gratuitous ARP and NA.

VRID 51, IPv4
21:01:16.562 172.18.0.11 (priority 110) is the first to speak, 4.044 s after the capture began. 5 gratuitous messages for 1 address, the first 3.3 ms later.
21:01:20.562 Last advert of 172.18.0.11 (master for 3.999 s, 5 adverts).
21:01:24.172 172.18.0.12 (priority 100) takes over after 3.611 s without an advert of 172.18.0.11: 3 intervals of 1 s and a skew time of 609.4 ms are 3.609 s, it came 1.4 ms after that. 5 gratuitous messages for 1 address, the first 1.5 ms later.
21:01:30.172 Last advert of 172.18.0.12, which gives way (master for 6 s, 7 adverts).
21:01:31.154 172.18.0.11 (priority 110) takes over from 172.18.0.12 (priority 100) by its higher priority; 172.18.0.12 had spoken 982.5 ms before. 5 gratuitous messages for 1 address, the first 1.5 ms later.
21:01:34.161 172.18.0.11 says priority 0: it resigns (master for 3.007 s, 4 adverts).
21:01:34.771 172.18.0.12 (priority 100) takes over 609.8 ms after 172.18.0.11 said priority 0: the skew time of priority 100 is 609.4 ms, it came 419 us after that. 5 gratuitous messages for 1 address, the first 366 us later.
21:01:40.771 Last advert of 172.18.0.12, which gives way (master for 6 s, 7 adverts).
21:01:41.135 172.18.0.11 (priority 110) takes over from 172.18.0.12 (priority 100) by its higher priority; 172.18.0.12 had spoken 363.9 ms before. 5 gratuitous messages for 1 address, the first 1 ms later.
21:01:43.135 Last advert of 172.18.0.11 (master for 2 s, 3 adverts).
21:01:46.744 172.18.0.12 (priority 100) takes over after 3.61 s without an advert of 172.18.0.11: 3 intervals of 1 s and a skew time of 609.4 ms are 3.609 s, it came 338 us after that. 5 gratuitous messages for 1 address, the first 331 us later.
21:01:48.744 Last advert of 172.18.0.12, which gives way (master for 2 s, 3 adverts).
21:01:49.135 172.18.0.11 (priority 110) takes over from 172.18.0.12 (priority 100) by its higher priority; 172.18.0.12 had spoken 390.3 ms before. No gratuitous ARP or NA for its addresses followed: caches went on pointing elsewhere.
172.18.0.11 (f6:1b:e0:9f:24:ec): 16 adverts of version 3, 1 resignation, last priority 110, every 1 s, 172.18.200.6. Between adverts 5 us late in the mean, at most 29 us at 21:01:34.154.
172.18.0.12 (da:2d:70:ea:85:51): 17 adverts of version 3, last priority 100, every 1 s, 172.18.200.6. Between adverts 28 us late in the mean, at most 207 us at 21:01:35.771.

Whether a silent master was dead, stopped, cut off, or spoke where this capture does not hear.
Why a master resigned: a stop, a fault, a failed script or another sync group member.
Why a better master came just then: a start, a healed link, a reload, a tracker.
Which adverts each router received and accepted, its passwords and settings, how late its own loop was, and which addresses it held: `vipd dump` of a router has that.
